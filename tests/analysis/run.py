#!/usr/bin/env python3
"""Exports statements, reads the files with DuckDB, polars, pyarrow and pandas, and compares every value, as it does answers of
statistics as Arrow with pyarrow and polars; then asks the questions of docs/analysis.md of them in SQL, polars and R, and
compares the answers. The readers come from PyPI once; R is Debian's r-base-core, and left out where that is not installed."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import uuid
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]
import lectern  # noqa: E402
import pypi  # noqa: E402

PACKAGES = ("duckdb==2.0.1", "polars==2.1.0", "pyarrow==26.0.1", "pandas==3.1.1")
INSTANTS, NUMBERS, BOOLEANS = {"stored", "timestamp"}, {"scaled", "raw", "min", "max", "duration_s"}, {"success", "completion"}
VIDEO = "https://w3id.org/xapi/video/"
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
        if i % 13 == 0:
            one["actor"] = {"objectType": "Group", "member": [one["actor"]]}
        if i % 4 == 0:
            one["object"] = {"id": f"https://lms.example.org/video/{i % 3}", "definition": {"type": VIDEO + "activity-type/video"}}
            one["verb"] = {"id": VIDEO + ("verbs/paused" if i % 8 else "verbs/seeked")}
            one["result"] = {"extensions": {VIDEO + "extensions/progress": round((i * 7 % 100) / 100, 2)}}
        if i % 9 == 0:
            one["context"]["platform"] = ["Moodle", "Canvas"][i % 2]
            one["timestamp"] = f"2040-01-01T00:{i % 60:02}:00Z" if i % 5 == 0 else one["timestamp"]
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
    grouped = re.search("by=([^&]*)", query)
    by = grouped[1].split(",") if grouped else []
    measures = re.search("measure=([^&]*)", query)[1].split(",")
    named = [d for d in by if d in ("verb", "activity", "course", "actor", "authority")] if "name=true" in query else []
    rows = [[g["key"][d] for d in by] + [g["name"][d] for d in named] + [g[m] for m in measures] for g in told["groups"]]
    rows = rows if by else [[told["totals"][m] for m in measures]]
    columns = by + [d + "_name" for d in named] + measures
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


# Each ends with the answer on stdout: a JSON array for each row.
ENDS = {"sql": "import json, duckdb\nfor row in duckdb.sql({block!r}).fetchall(): print(json.dumps(row, default=str))",
        "python": "{block}\nimport json\nfor row in answer.rows(): print(json.dumps(row, default=str))",
        "r": """{reading}\n{block}
for (row in seq_len(nrow(answer))) cat("[", paste(sapply(answer, function(column) {{
  if (is.numeric(column) || is.logical(column)) {{ if (is.na(column[row])) "null" else format(as.numeric(column[row]), digits = 15) }}
  else encodeString(as.character(column[row]), quote = '"') }}), collapse = ","), "]\\n", sep = "")"""}


def alike(a, b):
    if isinstance(a, float) or isinstance(b, float):
        missing = [one is None or math.isnan(one) for one in (a, b)]
        return all(missing) if any(missing) else math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)
    return (a or "") == (b or "") if isinstance(a or b, str) else a == b


def answer_of(kind, block, reading, python, folder):
    """Its rows, sorted; an error's text where it has none."""
    program = ENDS[kind].format(block=block, reading=reading)
    command = [shutil.which("Rscript"), "-e", program] if kind == "r" else [python, "-c", program]
    out = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if out.returncode:
        return out.stderr[-800:]
    rows = [json.loads(line) for line in out.stdout.splitlines()]
    return sorted(rows, key=lambda row: [f"{one:020.4f}" if isinstance(one, (int, float)) else one or "" for one in row])


def questions_of_the_docs(python, folder):
    """Each question is answered alike in SQL, polars and R."""
    with open(os.path.join(ROOT, "docs", "analysis.md")) as page:
        blocks = re.findall(r"```(sql|python|r)\n(?:--|#) ([^\n]*)\n(.*?)```", page.read(), re.S)
    reading = blocks.pop(0)[2]
    questions = {}
    for kind, question, block in blocks:
        questions.setdefault(question, {})[kind] = block
    check("docs/analysis.md has five questions in three languages", sum(len(one) == 3 for one in questions.values()) == 5, questions.keys())
    if not shutil.which("Rscript"):
        print("     R is not here (Debian's r-base-core): its answers are left out")
    for question, ways in questions.items():
        answers = {kind: answer_of(kind, block, reading, python, folder) for kind, block in ways.items() if kind != "r" or shutil.which("Rscript")}
        first = answers["sql"]
        check(f"{question}: SQL", isinstance(first, list) and len(first) > 1, first)
        for kind in answers.keys() - {"sql"}:
            other = answers[kind]
            same = isinstance(other, list) and len(first) == len(other) and all(map(lambda a, b: all(map(alike, a, b)), first, other))
            check(f"{question}: {kind} answers as SQL does", same, f"{first[:4]} {other[:4] if isinstance(other, list) else other}")


# The columns that docs/analysis.md exports for R.
def columns_for_r():
    with open(os.path.join(ROOT, "docs", "analysis.md")) as page:
        command = re.search(r"-o statements.csv(.*?)\n\n", page.read(), re.S)[1]
    return [quoted or plain for quoted, plain in re.findall(r'-c (?:"([^"]*)"|(\S+))', command)]


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
        exported(server, os.path.join(folder, "statements.csv"), "format=csv" + "".join("&column=" + urllib.parse.quote(one) for one in columns_for_r()))
        questions_of_the_docs(python, folder)
        for query in ("by=verb,activity,day&measure=count,actors,scaled_mean,raw_p90&name=true", "by=language&measure=registrations,success_rate",
                      "measure=count,duration_sum", "by=verb&measure=count&platform=nowhere"):
            reads_the_answer(python, server, os.path.join(folder, "answer.arrow"), query)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
