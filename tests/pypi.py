"""Packages from PyPI that tests run beside Lectern, each with a Python of its own."""

import fcntl
import os
import subprocess
import sys

RALPH = "ralph-malph[full]==5.1.0"
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "lectern")


def installed(name, *packages, only_binary=False):
    """The folder of the programs of a Python that has these packages: made once under this name, and kept."""
    folder = os.path.join(CACHE, name)
    programs, whole = os.path.join(folder, "bin"), os.path.join(folder, "whole")
    os.makedirs(CACHE, exist_ok=True)
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several tests may want it at once
        if not os.path.exists(whole):
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([os.path.join(programs, "pip"), "install", "-q", "--disable-pip-version-check",
                            *(["--only-binary", ":all:"] if only_binary else []), *packages], check=True)
            open(whole, "w").close()
    return programs
