#!/usr/bin/env python3
"""Holds docs/ralph.md: each row has a verdict, a reason where it needs one, and tests that exist and are run;
each setting of Ralph that tests/cli/ralph_settings.t gives has a row."""

import importlib
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "api"))
HEAD = "| Ralph | verdict | how, or why | test |"


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


def sentences_of(path):
    """What a test file says of itself: names of scenarios, of cases, first-column lines, or docstrings and texts."""
    if path.startswith("tests/api/tables/"):
        return {one.name for one in importlib.import_module("tables." + os.path.basename(path)[:-3]).SCENARIOS}
    text = read(path)
    if path.endswith(".t"):
        return {line for line in text.splitlines() if line and not line.startswith(" ")}
    if path.endswith("_test.cc"):
        # CONTRACT_CASE and the like are cases of every store.
        return set(re.findall(r'CASE\(\s*"((?:[^"\\]|\\.)*)"', text))
    if path.replace("tests/", "", 1) in read("cmake/tests.cmake"):
        return re.sub(r"\s+", " ", text)  # a script: any text of it
    raise ValueError("it is not run")


def rows(text):
    for line in text.splitlines():
        if line.startswith("|") and line != HEAD and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def faults_of(row):
    if len(row) != 4:
        yield "has not four cells"
        return
    _, verdict, reason, tests = row
    if verdict not in ("same", "better", "not"):
        yield f"says {verdict!r}: it must be same, better or not"
    if verdict != "same" and not reason:
        yield f"says {verdict!r} without how or why"
    for test in tests.split("<br>"):
        named = re.fullmatch(r"`([^`]+)` (.+)", test)
        if not named:
            yield f"names no test: {test!r}"
            continue
        try:
            if named[2] not in sentences_of(named[1]):
                yield f"names a test that is not in {named[1]}: {named[2]}"
        except (OSError, ValueError) as error:
            yield f"names {named[1]}: {error}"


def main():
    text = read("docs/ralph.md")
    all_rows = list(rows(text))
    faults = [f"{row[0]} {fault}" for row in all_rows for fault in faults_of(row)]
    for name in re.findall(r"\b(RALPH_\w+)=", read("tests/cli/ralph_settings.t")):
        if name.startswith("RALPH_BACKENDS__") or name in ("RALPH_runserver_port",):
            continue
        if f"`{name}`" not in text and f"`{name}," not in text:
            faults.append(f"{name} has no row")
    print("\n".join(faults) or f"{len(all_rows)} rows, each with a test")
    return 1 if faults or len(all_rows) < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
