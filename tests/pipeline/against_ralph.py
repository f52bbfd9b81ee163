#!/usr/bin/env python3
"""The same commands given to Ralph 5.1.0, from PyPI, and to Lectern called `ralph`: what they print, which files they
write, and how they exit. Skipped where PyPI cannot be reached."""

import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import pypi  # noqa: E402

BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))
SKIPPED = 77
STATEMENT = ('{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v%d"},'
             '"object":{"id":"http://o.example/caf\\u00e9"}}\n')
GELF = "".join(json.dumps({"version": "1.1", "short_message": STATEMENT % i, "_x": i}) + "\n" for i in range(3))
BAD_GELF = GELF + 'nonsense\n{"y":1}\n[1]\n5\n\n' + GELF
HITS = "".join('{"_id":"%d","_source":%s}\n' % (i, (STATEMENT % i).strip()) for i in range(3))


def ralph():
    """Ralph's program."""
    return os.path.join(pypi.installed("ralph-5.1.0", pypi.RALPH), "ralph")


class Side:
    """One of the two programs with a folder of its own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        os.makedirs(os.path.join(folder, "data", "deep"))
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8",
                            "RALPH_BACKENDS__DATA__FS__DEFAULT_DIRECTORY_PATH": "data",
                            "RALPH_HISTORY_FILE": "history.json"}

    def run(self, arguments, text):
        done = subprocess.run([self.program, *arguments], input=text.encode(), capture_output=True, cwd=self.folder,
                              env=self.environment, timeout=120)
        self.told = done.stderr.decode()
        return done.returncode, sorted(self.plain(done.stdout.decode()).splitlines())

    def plain(self, text):
        """Without what is this side's own: its folder, instants, white space and escapes of JSON."""
        lines = []
        for line in text.replace(self.folder, "FOLDER").splitlines():
            try:
                line = json.dumps(json.loads(line))
            except ValueError:
                pass
            lines.append(re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+\+00:00", "INSTANT", line))
        return "\n".join(lines)

    def files(self):
        found = {}
        for root, _, names in os.walk(os.path.join(self.folder, "data")):
            for name in names:
                path = os.path.join(root, name)
                with open(path) as file:
                    found[os.path.relpath(path, self.folder)] = file.read()
        return found

    def history(self):
        try:
            with open(os.path.join(self.folder, "history.json")) as file:
                # Sorted: Ralph reads the files of a folder in the order that the disk has them.
                return sorted(self.plain(json.dumps(entry)) for entry in json.load(file))
        except FileNotFoundError:
            return []


LINES = "".join(STATEMENT % i for i in range(3))
# What is run, and with what input; they share their files.
COMMANDS = [
    (["extract", "-p", "gelf"], BAD_GELF),
    (["extract", "-p", "es"], HITS),
    (["extract", "-p", "es"], "nonsense\n" + HITS),
    (["extract", "-p", "syslog"], ""),
    (["extract"], ""),
    (["write", "-b", "fs", "-t", "one.jsonl"], LINES),
    (["write", "-b", "fs", "-t", "one.jsonl"], LINES),
    (["write", "-b", "fs", "-t", "one.jsonl", "-o", "index"], LINES),
    (["write", "-b", "fs", "-t", "one.jsonl", "-o", "append"], LINES),
    (["write", "-b", "fs", "-t", "two.jsonl", "-o", "update"], LINES),
    (["write", "-b", "fs", "-t", "deep/three.jsonl", "-s", "2"], LINES),
    (["write", "-b", "fs", "-t", "one.jsonl", "-o", "delete"], LINES),
    (["write", "-b", "fs", "-t", "none.jsonl"], ""),
    (["write", "-b", "fs", "-t", "nowhere/x.jsonl"], LINES),
    (["write", "-b", "nowhere"], LINES),
    (["list", "-b", "fs"], ""),
    (["list", "-b", "fs", "-n"], ""),
    (["read", "-b", "fs", "one.jsonl"], ""),
    (["read", "-b", "fs", "-t", "deep"], ""),
    (["read", "-b", "fs", "**/t*.jsonl"], ""),
    (["read", "-b", "fs", "nothing"], ""),
    (["list", "-b", "fs", "-n"], ""),
    (["list", "-b", "fs", "-n", "-t", "deep"], ""),
    (["list", "-b", "fs", "-D", "-t", "deep"], ""),
    (["list", "-b", "fs", "-t", "nowhere"], ""),
    (["validate", "-f", "csv"], ""),
    (["validate", "-f", "xapi"], ""),
    (["validate", "-f", "xapi"], "nonsense\n"),
    (["validate", "-f", "xapi", "-I"], "nonsense\n\n{}\n"),
    (["validate", "-f", "edx", "-F"], "{}\n"),
    (["convert", "-f", "edx", "-t", "xapi", "-p", "http://x", "-u", "no"], ""),
    (["convert", "-f", "edx", "-t", "xapi"], ""),
    (["convert", "-f", "edx", "-t", "xapi", "-p", "http://x", "-u", "ee241f8b-174f-5bdb-bae9-c09de5fe017f"], "{}\n"),
]


def compare(theirs, ours, arguments, text):
    expected, got = theirs.run(arguments, text), ours.run(arguments, text)
    faults = []
    if expected != got:
        faults.append(f"Ralph {expected}\n  Lectern {got}")
    total = re.findall(r"Total events: .*", theirs.told)
    if total and total != re.findall(r"Total events: .*", ours.told):
        faults.append(f"Ralph told {total}, Lectern {ours.told!r}")
    if theirs.files() != ours.files():
        faults.append(f"files: Ralph {sorted(theirs.files())}, Lectern {sorted(ours.files())}")
    if theirs.history() != ours.history():
        faults.append(f"history: Ralph {theirs.history()[-2:]}, Lectern {ours.history()[-2:]}")
    return faults


def main():
    try:
        program = ralph()
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached")
        return SKIPPED
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "ralph")
        os.symlink(BINARY, link)
        theirs, ours = Side(program, os.path.join(folder, "theirs")), Side(link, os.path.join(folder, "ours"))
        for arguments, text in COMMANDS:
            for fault in compare(theirs, ours, arguments, text):
                failed += 1
                print(f"{' '.join(arguments)}: {fault}")
    print(f"{len(COMMANDS)} commands, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
