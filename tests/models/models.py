#!/usr/bin/env python3
"""Holds our verdicts on records made from every model (records.py) against Ralph's.

    tests/models/models.py           against those in verdicts_edx.txt and verdicts_xapi.txt
    tests/models/models.py --ralph   installs Ralph from PyPI, asks it, and compares the files too
    tests/models/models.py --write   ... and writes the files anew
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VERDICTS_BINARY = os.environ["LECTERN_VERDICTS"]
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import pypi  # noqa: E402
import records  # noqa: E402

RALPH = [pypi.RALPH, "pydantic==2.14.4"]
ASK = """
import json, logging, sys
from pydantic import ValidationError
from ralph.exceptions import UnknownEventException
from ralph.models.selector import ModelSelector
from ralph.models.validator import Validator
logging.disable(logging.CRITICAL)
validator = Validator(ModelSelector("ralph.models." + sys.argv[1]))
print(len(validator.model_selector.model_rules))
for line in sys.stdin:
    try:
        validator.get_first_valid_model(json.loads(line))
        print("V")
    except UnknownEventException:
        print("U")
    except (ValidationError, TypeError):
        print("I")
"""


def python_with_ralph():
    return os.path.join(pypi.installed("ralph-5.1.0-pydantic-2.14.4", *RALPH), "python")


def asked(command, text):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def by_model(made, verdicts):
    """One line for each model: the verdicts on its records, in order."""
    lines = {}
    for (number, _), verdict in zip(made, verdicts):
        lines.setdefault(number, []).append(verdict)
    return "".join("".join(lines[number]) + "\n" for number in sorted(lines))


def family_faults(family):
    made = list(records.records(family))
    models = len({number for number, _ in made})
    text = "".join(record + "\n" for _, record in made)
    path = os.path.join(HERE, f"verdicts_{family}.txt")
    ours = asked([VERDICTS_BINARY, family], text)
    if "--ralph" in sys.argv or "--write" in sys.argv:
        theirs = asked([python_with_ralph(), "-c", ASK, family], text)
        if int(theirs.pop(0)) != models:
            return [f"{family}: Ralph has another number of models than {models}"]
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(by_model(made, theirs))
        with open(path, encoding="utf-8") as file:
            if file.read() != by_model(made, theirs):
                return [f"{path}: Ralph says something else by now"]
    else:
        with open(path, encoding="utf-8") as file:
            theirs = list(file.read().replace("\n", ""))
    faults = [] if len(theirs) == len(ours) else [f"{path}: made for other records"]
    for (number, record), our, their in zip(made, ours, theirs):
        if our[0] != their:
            faults.append(f"{family} model {number}: Ralph says {their}, we {our} of\n  {record}")
    print(f"{family}: {models} models, {len(made)} records, {theirs.count('V')} of them valid, {len(faults)} differences")
    return faults


def main():
    faults = family_faults("edx") + family_faults("xapi")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
