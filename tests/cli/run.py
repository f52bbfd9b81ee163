#!/usr/bin/env python3
"""Runs the files of this folder (*.t, or those named) against the built program: each holds commands
and what they print.

    A sentence: anything that begins in the first column
      $ command          run by bash, stdout and stderr together
      > its next line
      what it prints     literally; or behind it ` (re)`: a regular expression for the whole line
      ...                any lines
      [2]                its exit code, when it is not 0

All commands of a file share one bash, one folder that is HOME and the working directory, and an
environment without settings; `lectern`, `ralph` and `uvicorn` are the program, and `within COMMAND`
waits until it succeeds. Run with -u to write what was printed into the files."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))
MARK = "----lectern-cli-test----"
# `within COMMAND` waits up to 20 s until it succeeds; what still runs at the end is ended.
PREAMBLE = """within() { for _ in $(seq 1000); do "$@" && return; sleep 0.02; done; return 1; }
trap 'kill $(jobs -p) 2> /dev/null' EXIT
"""


def parse(text):
    """The file as [line] and [command lines, expected lines] in turn."""
    parts = []
    for line in text.splitlines():
        if line.startswith("  $ "):
            parts.append(([line[4:]], []))
        elif line.startswith("  > ") and parts and isinstance(parts[-1], tuple):
            parts[-1][0].append(line[4:])
        elif line.startswith("  ") and parts and isinstance(parts[-1], tuple):
            parts[-1][1].append(line[2:])
        else:
            parts.append(line)
    return parts


def run(commands, home):
    links = os.path.join(home, ".bin")
    os.mkdir(links)
    for name in ("lectern", "ralph", "uvicorn"):
        os.symlink(BINARY, os.path.join(links, name))
    work = os.path.join(home, "home")
    os.mkdir(work)
    if not os.access(BINARY, os.X_OK):
        sys.exit(f"{BINARY} is not there: build it, or name it in LECTERN_BINARY")
    environment = {"HOME": work, "PATH": links + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    script = PREAMBLE
    for i, command in enumerate(commands):
        script += "\n".join(command) + f"\necho {MARK} {i} $?\n"
    bash = subprocess.run(["bash", "--norc"], input=script, stdout=subprocess.PIPE, timeout=100,
                          stderr=subprocess.STDOUT, cwd=work, env=environment, text=True)
    printed, current = [], []
    for line in bash.stdout.split("\n"):
        before, mark, behind = line.partition(MARK)
        if not mark:
            current.append(line)
            continue
        if before:
            current.append(before + " (no end of line)")
        code = behind.split()[1]
        printed.append([line.replace(work, "$HOME") for line in current] + ([f"[{code}]"] if code != "0" else []))
        current = []
    return printed


def matches(expected, printed):
    if not expected:
        return not printed
    first, rest = expected[0], expected[1:]
    if first == "...":
        return any(matches(rest, printed[i:]) for i in range(len(printed) + 1))
    if not printed:
        return False
    same = re.fullmatch(first[:-5], printed[0]) if first.endswith(" (re)") else first == printed[0]
    return bool(same) and matches(rest, printed[1:])


def check(path, update):
    with open(path) as file:
        parts = parse(file.read())
    home = tempfile.mkdtemp(prefix="lectern-cli-")
    try:
        printed = run([part[0] for part in parts if isinstance(part, tuple)], home)
    finally:
        shutil.rmtree(home)
    faults, out, i, title = 0, [], 0, ""
    for part in parts:
        if isinstance(part, str):
            title = part or title
            out.append(part)
            continue
        got = printed[i] if i < len(printed) else ["(the shell ended before)"]
        i += 1
        fine = matches(part[1], got)
        if not fine:
            faults += 1
            print(f"{os.path.basename(path)}: {title}\n  $ {part[0][0]}")
            print("".join(f"  expected: {line}\n" for line in part[1]) + "".join(f"  printed:  {line}\n" for line in got))
        out.append("  $ " + "\n  > ".join(part[0]))
        out.extend("  " + line for line in (part[1] if fine else got))
    if update:
        with open(path, "w") as file:
            file.write("\n".join(out) + "\n")
    return i, faults


def main():
    options = argparse.ArgumentParser()
    options.add_argument("-u", action="store_true", help="write what was printed into the files")
    options.add_argument("files", nargs="*")
    options = options.parse_args()
    files = options.files or sorted(os.path.join(HERE, f) for f in os.listdir(HERE) if f.endswith(".t"))
    commands, faults = 0, 0
    for path in files:
        ran, failed = check(path, options.u)
        commands, faults = commands + ran, faults + failed
    print(f"{commands} commands, {faults} failed")
    return 1 if faults or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
