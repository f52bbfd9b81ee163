#!/usr/bin/env python3
"""Exports statements, reads the files with DuckDB, polars, pyarrow and pandas, and compares every value, as it does answers of
statistics as Arrow with pyarrow and polars; then runs the questions of docs/analysis.md on them. The readers come from PyPI once."""

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]
import lectern  # noqa: E402
import pypi  # noqa: E402

PACKAGES = ("duckdb==2.0.1", "polars==2.1.0", "pyarrow==26.0.1", "pandas==3.1.1")
INSTANTS, NUMBERS, BOOLEANS = {"stored", "timestamp"}, {"scaled", "raw", "min", "max", "duration_s"}, {"success", "completion"}
ADL = "http://adlnet.gov/expapi/verbs/"
FAULTS = []


def check(what, holds, told=""):
    print(("ok   " if holds else "FAIL ") + what)
    if not holds:
        FAULTS.append(what)
        print(f"     {str(told)[:800]}")


def sample():
    """What readers are known to guess wrong about, and much of the same."""
    made = []
    for i in range(3000):
        one = {"id": str(uuid.uuid4()).upper() if i % 7 == 0 else str(uuid.uuid4()), "actor": {"account": {"homePage": "https://lms.example.org", "name": f"learner{i % 40}"}},
               "verb": {"id": ADL + ("answered" if i % 3 else "completed")}, "object": {"id": f"https://lms.example.org/item/{i % 25}"},
               "timestamp": f"2026-11-{1 + i % 28:02}T12:37:59.839754+02:00" if i % 2 else f"2026-11-{1 + i % 28:02}T08:00:00Z",
               "context": {"contextActivities": {"grouping": [{"id": f"https://lms.example.org/course/{i % 3}"}]}}}
        if i % 3:
            one["result"] = {"success": i % 2 == 0, "score": {"scaled": (i % 11) / 10 - 0.5 if i % 5 else 0, "raw": i / 3}, "duration": "PT0.5H" if i % 2 else f"PT{i}S",
                             "response": ["01/02/2020", "12/31/2020", "007", "NA", "12:30", "", "é,\"x\"", "null"][i % 8]}
        if i % 50 == 0:
            one["context"]["registration"] = str(uuid.uuid4())
            one["context"]["language"] = "en-US"
            one["context"]["extensions"] = {"https://x.example/a.b": None, "https://x.example/big": 123456789012345678901234567890, "https://x.example/e": {}}
        made.append(one)
    made.append({**made[1], "id": str(uuid.uuid4()), "result": {"completion": True, "response": "long " * 3000}})
    # More than one row group holds.
    made += [{**made[2], "id": str(uuid.uuid4()), "result": {"response": "x" * 1_500_000}} for _ in range(14)]
    return made


def exported(server, path, query):
    answer = server.call("GET", "/xAPI/extensions/export?" + query)
    assert answer.status == 200, answer
    with open(path, "wb") as out:
        out.write(answer.body)
    return answer.body


def micros(text):
    return None if text is None else int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * 1_000_000 + int(text[20:26])


def expected_rows(body):
    rows = [json.loads(line) for line in body.decode().split("\n")[:-1]]
    columns = list(rows[0])
    return columns, [[micros(row[c]) if c in INSTANTS else row[c] for c in columns] for row in rows]


def reads_the_same(python, reader, path, columns, rows):
    out = subprocess.run([python, os.path.join(HERE, "read_parquet.py"), reader, path, ",".join(columns)], capture_output=True, text=True)
    if out.returncode:
        return check(f"{reader} reads the file", False, out.stderr[-800:])
    types, *lines = out.stdout.split("\n")[:-1]
    found = [json.loads(line) for line in lines]
    different = [(columns[i], a[i], b[i]) for a, b in zip(found, rows) for i in range(len(columns))
                 if a[i] != b[i] or isinstance(a[i], bool) != isinstance(b[i], bool)]
    check(f"{reader} reads every value of {len(rows)} rows as it was", len(found) == len(rows) and not different, different[:3])
    types = json.loads(types)
    told = {c for c in columns if re.search("timestamp|datetime", types[c], re.I)}
    check(f"{reader} takes instants for such, and nothing else", told == INSTANTS, types)


def reads_the_answer(python, server, path, query):
    """An answer of statistics as Arrow is, for each reader, what it is as JSON."""
    told = server.call("GET", "/xAPI/extensions/statistics?" + query).json
    answer = server.call("GET", "/xAPI/extensions/statistics?" + query, headers={"Accept": "application/vnd.apache.arrow.stream"})
    check(f"{query} is answered as Arrow", answer.status == 200 and answer.headers["content-type"] == "application/vnd.apache.arrow.stream", answer)
    with open(path, "wb") as out:
        out.write(answer.body)
    named = re.search("by=([^&]*)", query)
    by = named[1].split(",") if named else []
    measures = re.search("measure=([^&]*)", query)[1].split(",")
    names = ["name"] if "name=true" in query else []
    rows = [[g[kind][d] for kind in ["key", *names] for d in by] + [g[m] for m in measures] for g in told["groups"]]
    rows = rows if by else [[told["totals"][m] for m in measures]]
    columns = by + [d + "_name" for _ in names for d in by] + measures
    for reader in ("pyarrow", "polars"):
        out = subprocess.run([python, os.path.join(HERE, "read_arrow.py"), reader, path], capture_output=True, text=True)
        if out.returncode:
            check(f"{reader} reads the answer to {query}", False, out.stderr[-800:])
            continue
        types, found, metadata = json.loads(out.stdout)
        check(f"{reader} reads every value of {len(rows)} groups of {query}", list(types) == columns and found == rows, (types, found[:2], rows[:2]))
        whole = {c for c, kind in types.items() if kind.lower() == "int64"}
        check(f"{reader} has whole numbers for counts", whole == {m for m in measures if m in ("count", "actors", "registrations")}, types)
        if metadata:
            check(f"{reader} has the totals in the metadata", json.loads(metadata["totals"]) == told["totals"], metadata)


def questions_of_the_docs(python, folder):
    """Each block of docs/analysis.md that is marked with its tool runs, and gives a row at least."""
    with open(os.path.join(ROOT, "docs", "analysis.md")) as page:
        text = page.read()
    blocks = re.findall(r"```(sql|python)\n(.*?)```", text, re.S)
    check("docs/analysis.md has questions", len(blocks) >= 5, len(blocks))
    for kind, block in blocks:
        program = block if kind == "python" else f"import duckdb\nfor statement in {block!r}.split(';'):\n    if statement.strip(): rows = duckdb.sql(statement)\nprint(rows.fetchall())"
        out = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=folder)
        name = block.strip().split("\n")[0]
        check(f"{kind}: {name}", out.returncode == 0 and out.stdout.strip() not in ("", "[]"), out.stderr[-800:] + out.stdout[-200:])


def main():
    python = os.path.join(pypi.installed("readers-1", *PACKAGES, only_binary=True), "python")
    with tempfile.TemporaryDirectory() as folder, lectern.Server() as server:
        statements = sample()
        for begin in range(0, len(statements), 500):
            answer = server.call("POST", "/xAPI/statements", statements[begin:begin + 500])
            assert answer.status == 200, answer
        path = os.path.join(folder, "statements.parquet")
        exported(server, path, "format=parquet")
        columns, rows = expected_rows(exported(server, os.path.join(folder, "statements.jsonl"), "format=flat"))
        check("all statements are exported", len(rows) == len(statements), len(rows))
        empty = os.path.join(folder, "empty.parquet")
        exported(server, empty, "format=parquet&platform=nowhere")
        for reader in ("duckdb", "pyarrow", "polars", "pandas"):
            reads_the_same(python, reader, path, columns, rows)
            reads_the_same(python, reader, empty, columns, [])
        questions_of_the_docs(python, folder)
        for query in ("by=verb,activity,day&measure=count,actors,scaled_mean,raw_p90&name=true", "by=language&measure=registrations,success_rate",
                      "measure=count,duration_sum", "by=verb&measure=count&platform=nowhere"):
            reads_the_answer(python, server, os.path.join(folder, "answer.arrow"), query)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
