"""How much memory a program took."""

import subprocess
import sys

# In a small process of its own: what the asking one has would count, being there until the program is.
MEASURE = ("import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL); "
           "_, s, u = os.wait4(p.pid, 0); print(os.waitstatus_to_exitcode(s), u.ru_maxrss, file=sys.stderr)")


def peak_of(command, environment, stdin, stdout):
    """Exit code and peak memory in MiB."""
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          env=environment, timeout=300)
    code, peak_kib = done.stderr.split()
    return int(code), int(peak_kib) / 1024
