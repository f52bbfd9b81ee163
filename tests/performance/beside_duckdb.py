#!/usr/bin/env python3
"""What statistics take of a million statements, beside DuckDB (PyPI) asked the same of the exported Parquet file and, where
one listens, ClickHouse asked the same of rows as Ralph has them: in turns, so that whatever else the machine does falls on
all, medians in milliseconds. The answers are compared.

    tests/performance/beside_duckdb.py [--statements N] [--rounds N] [--clickhouse http://localhost:8123/]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import measure

sys.path.insert(0, os.path.join(measure.ROOT, "tests"))
import pypi  # noqa: E402

READERS = ("readers-1", "duckdb==2.0.1", "polars==2.1.0", "pyarrow==26.0.1", "pandas==3.1.1")  # as tests/analysis/run.py
# By name: the parameters, and the same as SQL over the columns of an exported file, key first.
QUESTIONS = {
    "verb": ("by=verb", "SELECT verb, count(*) FROM {f} GROUP BY ALL"),
    "course": ("by=course", "SELECT course, count(*) FROM {f} GROUP BY ALL"),
    "day": ("by=day", "SELECT strftime(stored, '%Y-%m-%d'), count(*) FROM {f} GROUP BY ALL"),
    "verb and day": ("by=verb,day", "SELECT verb, strftime(stored, '%Y-%m-%d'), count(*) FROM {f} GROUP BY ALL"),
    "actors by verb": ("by=verb&measure=count,actors", "SELECT verb, count(*), count(DISTINCT actor) FROM {f} GROUP BY ALL"),
    "all measures by verb": (
        "by=verb&measure=count,actors,activities,registrations,success_rate,duration_sum,duration_p90",
        "SELECT verb, count(*), count(DISTINCT actor), count(DISTINCT activity), count(DISTINCT registration), "
        "avg(success::int), sum(duration_s), quantile_cont(duration_s, 0.9) FROM {f} GROUP BY ALL"),
}
# Ralph's table has an event's text.
RALPH = {
    "verb": "SELECT JSONExtractString(event_str, 'verb', 'id') AS k, count() FROM {t} GROUP BY k",
    "day": "SELECT toDate(emission_time) AS k, count() FROM {t} GROUP BY k",
}
# Answers to SQL read from its standard input, a line each, on its standard output: milliseconds and rows.
IN_DUCKDB = """
import duckdb, json, sys, time
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
for line in sys.stdin:
    begin = time.perf_counter()
    rows = connection.execute(json.loads(line)).fetchall()
    print(json.dumps([(time.perf_counter() - begin) * 1000, rows]), flush=True)
"""


class DuckDb:
    def __init__(self, python):
        self.process = subprocess.Popen([python, "-c", IN_DUCKDB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql):
        self.process.stdin.write(json.dumps(sql) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def asked(served, query):
    begin = time.perf_counter()
    answer = served.server.call("GET", "/xAPI/extensions/statistics?" + query)
    took = (time.perf_counter() - begin) * 1000
    if answer.status != 200:
        sys.exit(f"{query}: {answer}")
    return took, answer.json


def rows_of(answer, query):
    measures = query.partition("measure=")[2].split(",") if "measure=" in query else ["count"]
    return {tuple(group["key"].values()): [group[m] for m in measures] for group in answer["groups"]}


def agree(told, rows, dimensions):
    theirs = {tuple(row[:dimensions]): row[dimensions:] for row in rows}
    same = set(told) == set(theirs) and all(
        (a is None and b is None) or abs(a - b) <= 1e-9 * max(1, abs(b))
        for key in told for a, b in zip(told[key], theirs[key]))
    return "" if same else "  answers differ"


def in_clickhouse(url, sql):
    begin = time.perf_counter()
    with urllib.request.urlopen(url + "?" + urllib.parse.urlencode({"query": sql + " FORMAT JSONCompactEachRow"})) as answer:
        answer.read()
    return (time.perf_counter() - begin) * 1000


def fill_clickhouse(url, lines):
    """A table like Ralph's with the exported statements."""
    def run(sql, body=None):
        urllib.request.urlopen(url + "?" + urllib.parse.urlencode({"query": sql}), data=body or b"").read()
    run("CREATE OR REPLACE TABLE beside_lectern (event_id UUID, emission_time DateTime64(6), event_str String) "
        "ENGINE = MergeTree ORDER BY (emission_time, event_id)")
    run("INSERT INTO beside_lectern SELECT JSONExtractString(line, 'id'), parseDateTime64BestEffort(JSONExtractString(line, 'stored'), 6), "
        "line FROM input('line String') FORMAT LineAsString", lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clickhouse", help="the HTTP endpoint of a server in which a table may be made")
    arguments = parser.parse_args()
    programs = measure.build(measure.ROOT, ["lectern", "load"])
    duckdb = DuckDb(os.path.join(pypi.installed(*READERS, only_binary=True), "python"))
    with tempfile.TemporaryDirectory() as folder, measure.Served(os.path.join(programs, "lectern")) as served:
        measure.Tool(os.path.join(programs, "load"), served.port).load(statements=arguments.statements, batch=100, connections=8)
        path = os.path.join(folder, "statements.parquet")
        with open(path, "wb") as out:
            out.write(served.server.call("GET", "/xAPI/extensions/export?format=parquet").body)
        if arguments.clickhouse:
            fill_clickhouse(arguments.clickhouse, served.server.call("GET", "/xAPI/extensions/export").body)
        print(f"first question: {asked(served, 'by=verb')[0]:.0f} ms; load of the machine {os.getloadavg()[0]:.1f}")
        served.server.stop()
        served.server.start()
        print(f"first question after a restart: {asked(served, 'by=verb')[0]:.0f} ms")
        faults = 0
        for name, (query, sql) in QUESTIONS.items():
            ours, theirs, ralph = [], [], []
            for _ in range(arguments.rounds):
                took, answer = asked(served, query)
                ours.append(took)
                took, rows = duckdb.ask(sql.format(f=f"'{path}'"))
                theirs.append(took)
                if arguments.clickhouse and name in RALPH:
                    ralph.append(in_clickhouse(arguments.clickhouse, RALPH[name].format(t="beside_lectern")))
            beside = f", ClickHouse {statistics.median(ralph):7.1f}" if ralph else ""
            differ = agree(rows_of(answer, query), rows, query.split("&")[0].count(",") + 1)
            faults += bool(differ)
            print(f"{name:22} Lectern {statistics.median(ours):7.1f}, DuckDB {statistics.median(theirs):7.1f}{beside}{differ}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
