#!/usr/bin/env python3
"""run.py [--binary LECTERN] [--list] [--table] [GROUP|SCENARIO...]: attacks a Lectern and says what held; with
--table also as rows for README.md. A group is a file of scenarios beside this one. Exit 0: all held; 1:
something did not; 77: all were skipped."""

import argparse
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
GROUPS = sorted(name[len("attack_"):-3] for name in os.listdir(HERE)
                if name.startswith("attack_") and name.endswith(".py"))


def print_table(harness, of_group):
    print("\n| attack | bound | measured |\n|---|---|---|")
    for group, names in of_group.items():
        trials = [trial for trial in harness.TRIALS if trial.name in names]
        if trials:
            print(f"| **{group}** | | |")
        for trial in trials:
            print(harness.row_of(trial))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--binary")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.binary:  # read by lectern.py when it is imported
        os.environ["LECTERN_BINARY"] = os.path.abspath(options.binary)
    import harness

    of_group = {}
    for group in GROUPS:
        before = set(harness.SCENARIOS)
        importlib.import_module("attack_" + group)
        of_group[group] = [name for name in harness.SCENARIOS if name not in before]
    chosen = []
    for name in options.names or GROUPS:
        if name not in of_group and name not in harness.SCENARIOS:
            parser.error(f"no group or scenario is called {name}")
        chosen += of_group.get(name, [name])
    if options.list:
        for name in chosen:
            print(f"{name}: {' '.join(harness.SCENARIOS[name][0].__doc__.split())}")
        return 0
    outcomes = [harness.run(name) for name in chosen]
    if options.table:
        print_table(harness, of_group)
    if all(outcome is None for outcome in outcomes):
        return 77
    return 1 if False in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
