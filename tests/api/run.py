#!/usr/bin/env python3
"""Runs the scenario tables against the built binary: run.py [-k WORD] [-v] [TABLE ...]

The backend comes from LECTERN_TEST_BACKEND (embedded), its settings from LECTERN_TEST_SETTINGS
(a JSON object of variables)."""

import argparse
import importlib
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import lectern
import scenario

HERE = os.path.dirname(os.path.abspath(__file__))


def tables(wanted):
    names = sorted(f[:-3] for f in os.listdir(os.path.join(HERE, "tables")) if f.endswith(".py"))
    return [n for n in names if not wanted or n in wanted]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("-k", default="", help="only scenarios whose name holds this")
    options.add_argument("-v", action="store_true", help="name each scenario")
    options.add_argument("tables", nargs="*")
    options = options.parse_args()
    passed, failed = 0, 0
    for name in tables(options.tables):
        module = importlib.import_module("tables." + name)
        if getattr(module, "ONLY_EMBEDDED", False) and os.environ.get("LECTERN_TEST_BACKEND", "embedded") != "embedded":
            continue
        with lectern.Server(getattr(module, "SETTINGS", {}), getattr(module, "USERS", None),
                            program=getattr(module, "PROGRAM", "lectern")) as server:
            for one in module.SCENARIOS:
                if options.k not in one.name:
                    continue
                for version in one.versions:
                    begin = time.monotonic()
                    try:
                        scenario.run(server, one, version)
                        passed += 1
                        if options.v:
                            print(f"ok   {one.name} [{version}] {time.monotonic() - begin:.2f} s")
                    except scenario.Failure as failure:
                        failed += 1
                        print(f"FAIL {name}: {one.name} [{version}]\n     {failure}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
