#!/usr/bin/env python3
"""By hand: whether Lectern, by Ralph's name, takes each statement that Ralph 4.1.0 or 5.1.0 takes, of a folder of
JSON files (a statement each, or a list), such as event_routing_backends/processors/xapi/tests/fixtures/expected of
openedx/event-routing-backends. Each is sent alone, with the sender's own client library and as its text stands.
fixtures.py FOLDER...: prints what each takes of how many, and what Lectern alone refuses; exit 1 if there is any."""

import glob
import json
import os
import sys
import tempfile
import uuid

from aspects import COLUMNS, DATABASE, ORDER, Lrs, answers_of, folder_of_others, installed, sender, sql
from pypi import RALPH  # found by aspects

RALPHS = {"Ralph 4.1.0": ("ralph-4.1.0", "ralph-malph[full]==4.1.0"), "Ralph 5.1.0": ("ralph-5.1.0", RALPH)}


def statements_of(folders):
    """Each with the name of its file, under an id of its own: files share some."""
    found = []
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "**", "*.json"), recursive=True)):
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            for one in content if isinstance(content, list) else [content]:
                name = f"{os.path.basename(path)} {len(found)}"
                found.append((name, one | {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, name))}))
    return found


def servers(folder):
    os.chmod(folder, 0o755)  # Lectern runs as another user
    for name in ("Lectern", *RALPHS):
        events = name.replace(" ", "_").replace(".", "_")
        sql(f"CREATE TABLE {events} {COLUMNS} ENGINE MergeTree {ORDER}")
        own = os.path.join(folder, events)
        os.mkdir(own)
        folder_of_others(own, "all")
        if name in RALPHS:
            os.remove(os.path.join(own, "logging.yaml"))
        program = installed(*RALPHS[name]) if name in RALPHS else own
        lrs = Lrs(own, events, os.path.join(program, "uvicorn"), as_nobody=name not in RALPHS)
        if name not in RALPHS:  # makes its own tables
            lrs.environment["RALPH_BACKENDS__LRS__CLICKHOUSE__USERNAME"] = "default"
            lrs.environment["RALPH_BACKENDS__LRS__CLICKHOUSE__PASSWORD"] = ""
        yield name, lrs.start()


def texts_taken(lrs, statements):
    return [(status in (200, 204), text) for status, text in
            (lrs.call("POST", "/xAPI/statements", [one]) for _, one in statements)]


def sent_by_tincan(lrs, statements):
    python = os.path.join(installed("tincan-1.0.0", "tincan==1.0.0"), "python")
    # One whose ids stand for others: what the texts before have stored is known otherwise.
    batches = [[one | {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name))}] for name, one in statements]
    return [(status in (200, 204), text) for status, text in answers_of(sender(python, [lrs], batches))]


def main():
    statements = statements_of(sys.argv[1:])
    if not statements:
        sys.exit(__doc__)
    sql(f"DROP DATABASE IF EXISTS {DATABASE}", database="default")
    sql(f"CREATE DATABASE {DATABASE}", database="default")
    refused = 0
    with tempfile.TemporaryDirectory(prefix="lectern-fixtures-") as folder:
        started = dict(servers(folder))
        try:
            for way, send in (("as they stand", texts_taken), ("by tincan", sent_by_tincan)):
                taken = {name: send(lrs, statements) for name, lrs in started.items()}
                print(way + ":", ", ".join(f"{name} {sum(ok for ok, _ in all_of)}" for name, all_of in taken.items()),
                      "of", len(statements))
                for number, (name, _) in enumerate(statements):
                    by = [ralph for ralph in RALPHS if taken[ralph][number][0]]
                    if by and not taken["Lectern"][number][0]:
                        refused += 1
                        print(f"  {name}: taken by {' and '.join(by)}: {taken['Lectern'][number][1]}")
                print("".join(f"  {name}: taken by none: {taken['Lectern'][number][1]}\n"
                              for number, (name, _) in enumerate(statements)
                              if not any(all_of[number][0] for all_of in taken.values())), end="")
        finally:
            for lrs in started.values():
                lrs.stop()
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
