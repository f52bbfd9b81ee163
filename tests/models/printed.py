#!/usr/bin/env python3
"""Holds what `validate --ralph-output` prints of records made from every model (records.py) against Ralph's output.

    tests/models/printed.py           against what printed.txt has of it: a digest a model
    tests/models/printed.py --ralph   installs Ralph from PyPI, asks it, and compares the file too
    tests/models/printed.py --write   ... and writes the file anew
"""

import hashlib
import os
import sys

import models
import records

ASK = """
import io, logging, sys
from ralph.models.selector import ModelSelector
from ralph.models.validator import Validator
logging.disable(logging.CRITICAL)
validator = Validator(ModelSelector("ralph.models." + sys.argv[1]))
for line in sys.stdin:
    try:
        print(next(validator.validate(io.StringIO(line), False, False), "-").rstrip())
    except Exception:
        print("-")
"""
# Ralph writes hosts in Punycode, and drops the choices of a question that is true or false.
LEFT_OUT = ("\\u00e9.example", '"interactionType": "true-false"')


def made_from(family):
    """Numbers of models, and records of each."""
    return [(number, text) for number, text in records.records(family) if not any(one in text for one in LEFT_OUT)]


def digests(made, printed):
    """One line a model: how many of its records are printed, and a digest of these."""
    models_of = {}
    for (number, _), text in zip(made, printed):
        models_of.setdefault(number, []).append(text)
    lines = []
    for number in sorted(models_of):
        valid = [text for text in models_of[number] if text.startswith("{")]
        lines.append(f"{len(valid)} {hashlib.sha256(''.join(valid).encode()).hexdigest()[:16]}")
    return lines


def main():
    path = os.path.join(models.HERE, "printed.txt")
    faults, ours, theirs, printed = [], [], [], 0
    for family in ("edx", "xapi"):
        made = made_from(family)
        text = "".join(record + "\n" for _, record in made)
        mine = models.asked([models.VERDICTS_BINARY, "print", family], text)
        ours += digests(made, mine)
        printed += sum(one.startswith("{") for one in mine)
        if len(sys.argv) > 1:
            original = models.asked([models.python_with_ralph(), "-c", ASK, family], text)
            theirs += digests(made, original)
            faults += [f"{record}\n  ours   {one}\n  theirs {other}" for (_, record), one, other in zip(made, mine, original)
                       if one != other and other != "-"]
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in theirs))
    with open(path, encoding="utf-8") as file:
        kept = file.read().split("\n")[:-1]
    if theirs and theirs != kept:
        faults.append(f"{path}: made for other records")
    faults += [f"model {number}: {line}, Ralph {other}" for number, (line, other) in enumerate(zip(ours, kept)) if line != other]
    if len(ours) != len(kept):
        faults.append(f"{len(ours)} models, {len(kept)} in {path}")
    print(f"{len(ours)} models, {printed} records printed, {len(faults)} differences")
    print("\n".join(faults[:10]))
    return 1 if faults or printed < 5000 else 0


if __name__ == "__main__":
    sys.exit(main())
