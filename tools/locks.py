#!/usr/bin/env python3
"""Has clang check that what a mutex guards is touched only while it is held. Exit 1: it is not, somewhere.

    tools/locks.py BUILD-FOLDER [PART-OF-A-PATH]

Compiles nothing: clang++-14 reads, as BUILD-FOLDER/compile_commands.json says, each file that has to do with
a lock, with -Wthread-safety (src/base/concurrency/annotations.h).
First it sees a file with a fault of each kind, so that a check which finds nothing is known to work.
Also tells of the standard library's locks, which clang cannot check, and of mutexes that guard nothing.
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLANG = os.environ.get("CLANG", "clang++-14")
HOME = "base/concurrency/mutex.h"
LOCK = re.compile(r"\b(Mutex|SharedMutex|TimedMutex|MutexLock|WriterLock|ReaderLock|TimedMutexLock|GUARDED_BY)\b")
STANDARD = re.compile(r"std::(\w*mutex|condition_variable\w*|lock_guard|unique_lock|scoped_lock|shared_lock)\b")
FLAGS = ["-fsyntax-only", "-Wno-everything", "-Wthread-safety", "-Werror=thread-safety"]
FAULTY = """\
#include "base/concurrency/mutex.h"
using namespace lectern;
struct Counter {
  void unlocked() { ++count; }
  void let_go() { MutexLock lock(mutex); lock.unlock(); ++count; }
  void calls() { needs(); }
  void needs() REQUIRES(mutex) { ++count; }
  void keeps() { mutex.lock(); ++count; }
  void in_vain() { changed.wait(mutex, [this] { return count > 0; }); }
  int writes() { const ReaderLock lock(shared); return ++seen; }
  Mutex mutex;
  SharedMutex shared;
  Condition changed;
  int count GUARDED_BY(mutex) = 0;
  int seen GUARDED_BY(shared) = 0;
};
"""
FAULTY_LINES = {4, 5, 6, 8, 9, 10}


def text_of(path, known={}):
    if path not in known:
        try:
            with open(path) as file:
                known[path] = file.read()
        except OSError:
            known[path] = ""
    return known[path]


def takes_locks(path):
    """Whether a .cc takes a lock, has a header that does, or includes one whose locks only such as it can check:
    a header without a .cc of its own, or one that guards what everybody can reach."""
    text = text_of(path)
    if LOCK.search(text):
        return True
    for name in re.findall(r'#include "([^"]+)"', text):
        header = os.path.join(ROOT, "src", name)
        own = header[:-2] + ".cc"
        if name == HOME or not LOCK.search(text_of(header)):
            continue
        if own == path or not os.path.exists(own) or re.search(r"[a-z] GUARDED_BY", text_of(header)):
            return True
    return False


def command_of(entry):
    words = shlex.split(entry["command"])
    keep = [w for w in words if w.startswith(("-D", "-I", "-std="))]
    keep += [f"-isystem{words[n + 1]}" for n, w in enumerate(words) if w == "-isystem"]
    return [CLANG] + keep + FLAGS + [entry["file"]]


def check(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stderr


def faults_that_are_missed(entry):
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
        file.write(FAULTY)
        file.flush()
        _, said = check(command_of({**entry, "file": file.name}), entry["directory"])
        seen = {int(n) for n in re.findall(re.escape(file.name) + r":(\d+):\d+: error: ", said)}
    return sorted(FAULTY_LINES - seen)


def text_faults():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "src"], cwd=ROOT,
                            capture_output=True, text=True).stdout.split()
    faults = []
    for path in listed:
        if not path.endswith((".h", ".cc")) or path.endswith(HOME):
            continue
        lines = text_of(os.path.join(ROOT, path)).split("\n")
        for number, line in enumerate(lines, 1):
            if found := STANDARD.search(line.split("//")[0]):
                faults.append(f"{path}:{number}: {found[0]}: clang checks only the locks of {HOME}")
            found = re.match(r"\s+(?:mutable |static )?(?:Mutex|SharedMutex|TimedMutex) (\w+);", line)
            if found and "_test." not in path and "//" not in line:
                if not re.search(r"(GUARDED_BY|REQUIRES|RETURN_CAPABILITY)\((\w+(\.|->))?" + found[1] + r"\)", "\n".join(lines)):
                    faults.append(f"{path}:{number}: nothing is GUARDED_BY({found[1]}); say beside it what it is for")
    return faults


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    if shutil.which(CLANG) is None:
        print(f"{CLANG} is not there; bin/setup test installs it")
        return 77
    with open(os.path.join(sys.argv[1], "compile_commands.json")) as file:
        entries = [e for e in json.load(file) if e["file"].startswith(os.path.join(ROOT, "src"))]
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    chosen = [e for e in entries if part in e["file"] and takes_locks(e["file"])]
    missed = faults_that_are_missed(entries[0])
    if missed:
        print(f"{CLANG} does not see the faults made on purpose, in lines {missed}")
        return 1
    faults = text_faults()
    print("\n".join(faults), flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda e: check(command_of(e), e["directory"]), chosen)
        for entry, (status, said) in zip(chosen, done):
            if status != 0:
                faults.append(entry["file"])
                print(os.path.relpath(entry["file"], ROOT) + "\n" + said, flush=True)
    if not faults:
        print(f"{len(chosen)} files touch what is guarded only under its lock")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
