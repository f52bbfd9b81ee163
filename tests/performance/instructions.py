#!/usr/bin/env python3
"""Counts the instructions of five hot paths and compares them with those that are kept (instructions.json).

    instructions.py PROGRAM            fails where a path takes 2 % more, or 2 % less: then the file is out of date
    instructions.py PROGRAM --write    writes the file anew

A count is that of callgrind for many times less that for few, by their difference: what starting takes is in neither.
It depends on the compiler, the libraries and what the processor has, so the file tells of these, and elsewhere nothing is
compared: exit status 77, with a line that says what differs.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "instructions.json")
APART_MAX = 0.02
# A path, and how often it is gone.
PATHS = {"validate": (5, 25), "derive": (5, 25), "append": (8, 40), "find": (10, 1010), "page": (4, 44)}
PACKAGES = ["g++", "libc6", "librocksdb7.8", "libsimdjson14", "libjemalloc2", "liblz4-1", "libzstd1", "libssl3", "valgrind"]


def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def toolchain():
    with open("/proc/cpuinfo") as lines:
        flags = next((line.split(":")[1].split() for line in lines if line.startswith("flags")), [])
    packages = said("dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PACKAGES).split("\n")
    return {"packages": sorted(packages), "compiler": said("c++", "-dumpfullversion", "-dumpmachine"),
            # What libraries choose their code by; valgrind hides what it does not know.
            "processor": [flag for flag in ("sse4_2", "avx", "avx2", "bmi2", "erms", "avx512f") if flag in flags]}


def instructions(program, path, times):
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is counted of how their store came to be.
        for before in {"append": ["prepare"], "find": ["prepare", "append"], "page": ["prepare", "append"]}.get(path, []):
            subprocess.run([program, before, "40", f"{folder}/store"], check=True)
        run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, path, str(times),
                              f"{folder}/store"], capture_output=True, text=True)
        counted = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode or not counted:
            sys.exit(f"{program} {path} failed under callgrind:\n{run.stderr[-2000:]}")
        return int(counted[1])


def measured(program, paths=PATHS):
    runs = [(path, times) for path in paths for times in PATHS[path]]
    with ThreadPoolExecutor(2) as pool:
        counts = dict(zip(runs, pool.map(lambda run: instructions(program, *run), runs)))
    return {path: round((counts[path, PATHS[path][1]] - counts[path, PATHS[path][0]]) / (PATHS[path][1] - PATHS[path][0]))
            for path in paths}


def is_apart(count, kept):
    return abs(count / kept - 1) > APART_MAX


def main():
    program = sys.argv[1]
    here = toolchain()
    if "--write" in sys.argv:
        with open(KEPT, "w") as file:
            json.dump({"instructions": measured(program), "toolchain": here}, file, indent=1)
            file.write("\n")
        return 0
    with open(KEPT) as file:
        kept = json.load(file)
    for what, value in kept["toolchain"].items():
        if here[what] != value:
            print(f"not compared: {what} here is {here[what]}, and the counts are of {value}")
            return 77
    counts, wanted = measured(program), kept["instructions"]
    # Threads meet in one order or another: what seems apart is counted once more.
    counts.update(measured(program, [path for path in PATHS if is_apart(counts[path], wanted[path])]))
    apart = 0
    for path, count in counts.items():
        ratio, faulty = count / wanted[path], is_apart(count, wanted[path])
        apart += faulty
        print(f"{path:10} {count:12,} instructions, {kept['instructions'][path]:12,} kept: {ratio:.3f}{'  APART' if faulty else ''}")
    if apart:
        print(f"{apart} paths are more than {APART_MAX:.0%} apart. If that is meant: {sys.argv[0]} {program} --write, and say why")
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main())
