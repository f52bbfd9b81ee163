#!/usr/bin/env python3
"""Statements that real senders make, from checkouts that you have, sent to a server under Ralph's name and to one
under its own. Where Ralph's own model takes one, so does the first; what the first takes beyond that keeps the
standard, so the second takes it. Each that is taken comes back as it was sent. By hand:

    fixtures.py CHECKOUT...     # folders with .json and .jsonl files"""

import json
import os
import re
import subprocess
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]
import lectern
import pypi

BATCH = 200
HEADERS = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
OF_LRS = ("id", "version", "timestamp", "stored", "authority")  # members that it fills in
RALPH = """import json, sys
from pydantic import ValidationError
from ralph.api.models import LaxStatement
def takes(one):
    try:
        LaxStatement.model_validate(one)
        return True
    except ValidationError:
        return False
print(json.dumps([takes(one) for one in json.load(sys.stdin)]))"""


def statements_in(value):
    if isinstance(value, list):
        for one in value:
            yield from statements_in(one)
    elif isinstance(value, dict):
        if {"actor", "verb", "object"} <= set(value) and value.get("objectType") != "SubStatement":
            yield value
        else:
            for one in value.values():
                yield from statements_in(one)


def texts(text):
    """A JSON text, or JSON lines; nothing where it is neither."""
    try:
        return [json.loads(text)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return []


def fixtures(checkout):
    for folder, folders, files in os.walk(checkout):
        folders.sort()
        for file in sorted(files):
            if re.search(r"\.jsonl?$", file):
                with open(os.path.join(folder, file), errors="replace") as text:
                    yield from (one for value in texts(text.read()) for one in statements_in(value))


def with_ids_of_their_own(statements):
    """Fixtures that share an id would be conflicts."""
    seen = set()
    for one in statements:
        if not isinstance(one.get("id"), str) or one["id"].lower() in seen:
            one = {**one, "id": str(uuid.uuid4())}
        seen.add(one["id"].lower())
        yield one


def judged_by_ralph(statements):
    python = os.path.join(pypi.installed("ralph-5.1.0", pypi.RALPH), "python")
    done = subprocess.run([python, "-c", RALPH], input=json.dumps(statements), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def taken_by(server, statements):
    """Of each statement whether it was stored, and why not."""
    verdicts = []
    for begin in range(0, len(statements), BATCH):
        batch = statements[begin:begin + BATCH]
        answer = server.call("POST", "/xAPI/statements?partialSuccess=true", json.dumps(batch), HEADERS)
        assert answer.status in (200, 400), answer
        refused = {one["index"]: one for one in answer.json["errors"]}
        verdicts += [(index not in refused, refused.get(index)) for index in range(len(batch))]
    return verdicts


def check_kept(server, statements):
    for sent in statements:
        kept = server.call("GET", "/xAPI/statements?statementId=" + sent["id"], headers=HEADERS).json
        for member in sent:
            assert kept[member] == sent[member] or member in OF_LRS, (member, sent, kept)


def compare(name, statements, ralph, standard):
    wanted, lax, strict = judged_by_ralph(statements), taken_by(ralph, statements), taken_by(standard, statements)
    for one, by_ralph, (taken, why), (by_standard, _) in zip(statements, wanted, lax, strict):
        assert taken or not by_ralph, f"{name}: Ralph takes what is refused: {why} in {json.dumps(one)}"
        assert not taken or by_ralph or by_standard, f"{name}: taken by neither Ralph nor the standard: {json.dumps(one)}"
        assert taken or not by_standard, f"{name}: refused, though the standard takes it: {why} in {json.dumps(one)}"
    check_kept(ralph, [one for one, (taken, _) in zip(statements, lax) if taken])
    return len(statements), *(sum(one[0] if isinstance(one, tuple) else one for one in each) for each in (wanted, lax, strict))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    found = {name: list(with_ids_of_their_own(fixtures(name))) for name in sys.argv[1:]}
    for name, statements in found.items():
        assert statements, f"no statements in {name}"
    print("checkout: statements, taken by Ralph's model, under Ralph's name, by the standard")
    total = [0, 0, 0, 0]
    for name, statements in found.items():
        with lectern.Server(program="ralph", backend="memory") as ralph, lectern.Server(backend="memory") as standard:
            counts = compare(name, statements, ralph, standard)
        print(f"{name}:", *counts)
        total = [a + b for a, b in zip(total, counts)]
    print("all:", *total)
    return 0


if __name__ == "__main__":
    sys.exit(main())
