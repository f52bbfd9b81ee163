"""What bench.py and compare.py measure with: a server of one's own, the load tool, the processor time of a process."""

import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "api"))
import lectern  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ["id", "newest", "oldest", "agent", "verb", "activity", "agent+verb", "verb+activity", "agent+activity",
         "registration", "course"]


def build(source, targets):
    """Builds the release preset of a source tree; gives the folder of the programs."""
    out = os.path.join(source, "build", "release")
    log = os.path.join(source, "build", "bench-build.log")
    os.makedirs(out, exist_ok=True)
    with open(log, "w") as to:
        for command in (["cmake", "--preset", "release"],
                        ["cmake", "--build", "--preset", "release", "--target", *targets]):
            if subprocess.run(command, cwd=source, stdout=to, stderr=to).returncode:
                sys.exit(f"{' '.join(command)} failed in {source}; see {log}")
    return out


class Tool:
    """The load tool, against one port."""

    def __init__(self, program, port):
        self.program, self.port = program, port

    def start(self, *words, **options):
        command = [self.program, *map(str, words)]
        for name, value in options.items():
            command += ["--" + name, str(value)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def result(process):
        out, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the load tool ended with {process.returncode}: {' '.join(process.args)}")
        return json.loads(out)

    def load(self, **options):
        return self.result(self.start("load", self.port, **options))

    def query(self, kind, **options):
        return self.result(self.start("query", self.port, kind, **options))


class Served:
    """A server with an empty store of its own, and what it takes of the machine."""

    def __init__(self, binary, settings=None, backend="embedded"):
        self.server = lectern.Server(settings, binary=binary, backend=backend)

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *exception):
        self.server.__exit__(*exception)

    @property
    def port(self):
        return self.server.port

    def cpu_seconds(self):
        with open(f"/proc/{self.server.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self):
        """Resident now, and the most it was."""
        with open(f"/proc/{self.server.process.pid}/status") as status:
            kb = {line.split(":")[0]: int(line.split()[1]) for line in status if line.startswith(("VmRSS", "VmHWM"))}
        return kb["VmRSS"] / 1024, kb["VmHWM"] / 1024

    def disk_written(self):
        with open(f"/proc/{self.server.process.pid}/io") as io:
            return next(int(line.split()[1]) for line in io if line.startswith("write_bytes"))

    def settle(self, quiet_seconds=1.0, seconds_max=60):
        """Waits until it works no more: what compaction has left to do belongs to the load."""
        end = time.monotonic() + seconds_max
        before = self.cpu_seconds()
        while time.monotonic() < end:
            time.sleep(quiet_seconds)
            now = self.cpu_seconds()
            if now - before < 0.05 * quiet_seconds:
                return
            before = now

    def stop(self):
        self.server.stop()

    def files(self):
        """Bytes of all files of the store."""
        return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(self.server.app_dir)
                   for name in names if name != "server.log")


def machine():
    """What the figures were measured on."""
    def first(path, start):
        with open(path) as lines:
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(start)), "unknown")
    def said(*command):
        try:
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
        except OSError:
            return "unknown"
    return {"processor": first("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_gb": round(int(first("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
            "kernel": os.uname().release, "load_before": os.getloadavg()[0],
            "commit": said("git", "rev-parse", "--short", "HEAD") + (" with changes" if said("git", "status", "--porcelain", "-uno") else ""),
            "compiler": said("c++", "--version").split("\n")[0], "date": time.strftime("%Y-%m-%d")}
