#!/usr/bin/env python3
"""How fast statements come into ClickHouse under Aspects' kind of tables and views, through Ralph and
through Lectern: one server, the same tables for each, in turns; medians and their ratios. Batches of 100
from several senders, then lone PUTs, with the INSERTs and the processor's time that they cost the server.
speed.py [--rounds N] [--batches N] [--senders N] [--puts N]: exit 77 where no ClickHouse runs."""

import argparse
import base64
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from aspects import ADDRESS, COLUMNS, DATABASE, ORDER, Lrs, folder_of_others, sql
import pypi  # found by aspects
from open_edx import statement

RALPH = ("ralph-5.1.0", pypi.RALPH)
BATCH = 100
HEADERS = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3",
           "Authorization": "Basic " + base64.b64encode(b"lms:supersecret").decode()}
ADL = "http://adlnet.gov/expapi/verbs/"
VERBS = [ADL + "evaluated", ADL + "registered", ADL + "initialized", "http://id.tincanapi.com/verb/earned",
         "https://w3id.org/xapi/video/verbs/played"]


def make_tables(events):
    """A partition a month; one view parses everything, and five hang on it, one for each kind of event."""
    sql(f"CREATE TABLE {events} {COLUMNS} ENGINE ReplacingMergeTree {ORDER} PARTITION BY toYYYYMM(emission_time)")
    parsed = ("event_id UUID, verb String, actor String, object String, org String, course String, emission_time "
              "DateTime64(6), event String")
    sql(f"CREATE TABLE {events}_parsed ({parsed}) ENGINE ReplacingMergeTree PARTITION BY toYYYYMM(emission_time) "
        f"ORDER BY (org, course, verb, actor, emission_time, event_id)")
    sql(f"CREATE MATERIALIZED VIEW {events}_parsed_mv TO {events}_parsed AS SELECT event_id, "
        f"JSON_VALUE(event, '$.verb.id') AS verb, COALESCE(NULLIF(JSON_VALUE(event, '$.actor.account.name'), ''), "
        f"JSON_VALUE(event, '$.actor.mbox')) AS actor, JSON_VALUE(event, '$.object.id') AS object, "
        f"JSON_VALUE(event, '$.context.contextActivities.parent[0].id') AS course, "
        f"splitByChar('+', course)[1] AS org, emission_time, event FROM {events}")
    for n, verb in enumerate(VERBS):
        sql(f"CREATE TABLE {events}_kind{n} (event_id UUID, emission_time DateTime64(6), actor String, object String, "
            f"course String, success Bool, scaled Float64) ENGINE ReplacingMergeTree ORDER BY "
            f"(course, object, actor, emission_time, event_id)")
        sql(f"CREATE MATERIALIZED VIEW {events}_kind{n}_mv TO {events}_kind{n} AS SELECT event_id, emission_time, actor, "
            f"object, course, JSONExtractBool(event, 'result', 'success') AS success, "
            f"JSONExtractFloat(event, 'result', 'score', 'scaled') AS scaled FROM {events}_parsed WHERE verb = '{verb}'")


def of_all_verbs(number):
    one = statement(number)
    one["verb"] = {"id": VERBS[number % len(VERBS)], "display": {"en": VERBS[number % len(VERBS)].rsplit("/", 1)[1]}}
    return one


class Cost:
    """What the server counts: INSERTs, and seconds of processors."""

    def __init__(self):
        self.inserts, self.cpu_s = self.counters()

    @staticmethod
    def counters():
        values = dict(line.split("\t") for line in sql(
            "SELECT event, value FROM system.events WHERE event IN ('InsertQuery', 'OSCPUVirtualTimeMicroseconds')"
        ).splitlines())
        return int(values.get("InsertQuery", 0)), int(values.get("OSCPUVirtualTimeMicroseconds", 0)) / 1e6

    def since(self):
        inserts, cpu_s = self.counters()
        return {"inserts": inserts - self.inserts, "processor s": cpu_s - self.cpu_s}


def send(port, requests, failed):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for method, path, body in requests:
        connection.request(method, path, body, HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 204):
            failed.append(f"{answer.status} {text[:200]}")


def timed(lrs, shares):
    """Sends each share of requests over a connection of its own, all at once."""
    failed, cost = [], Cost()
    threads = [threading.Thread(target=send, args=(lrs.port, share, failed)) for share in shares]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    if failed:
        raise RuntimeError(f"{len(failed)} requests failed: {failed[0]}")
    return seconds, cost.since()


def batches(first, count, senders):
    requests = [("POST", "/xAPI/statements", json.dumps(
        [of_all_verbs(first + n * BATCH + i) for i in range(BATCH)]).encode()) for n in range(count)]
    return [requests[n::senders] for n in range(senders)]


def puts(first, count):
    some = [of_all_verbs(first + n) for n in range(count)]
    return [[("PUT", f"/xAPI/statements?statementId={one['id']}", json.dumps(one).encode()) for one in some]]


def run(folder, wanted):
    os.chmod(folder, 0o755)  # Lectern runs as another user
    lrss = {}
    for name, scope in (("Ralph", "all"), ("Lectern", "all")):
        make_tables(name)
        os.mkdir(os.path.join(folder, name))
        folder_of_others(os.path.join(folder, name), scope)
        is_ralph = name == "Ralph"
        if is_ralph:
            os.remove(os.path.join(folder, name, "logging.yaml"))
        program = pypi.installed(*RALPH) if is_ralph else os.path.join(folder, name)
        lrss[name] = Lrs(os.path.join(folder, name), name, os.path.join(program, "uvicorn"), as_nobody=not is_ralph)
    prefix = "RALPH_BACKENDS__LRS__CLICKHOUSE__"
    subprocess.run([os.path.join(folder, "Lectern", "ralph"), "migrate", "--create-tables"], check=True,
                   stdout=subprocess.DEVNULL,
                   env=lrss["Lectern"].environment | {prefix + "USERNAME": "default", prefix + "PASSWORD": ""})
    figures = {name: {} for name in lrss}

    def note(name, what, value):
        figures[name].setdefault(what, []).append(value)

    next_number = 0
    for lrs in lrss.values():
        lrs.start()
        timed(lrs, batches(10_000_000, 2, 1))
    for number in range(wanted.rounds):
        shares = batches(next_number, wanted.batches, wanted.senders)
        lone = puts(next_number + wanted.batches * BATCH, wanted.puts)
        next_number += wanted.batches * BATCH + wanted.puts
        # Who is second meets files that the first has left to merge, so they change places.
        for name in list(lrss)[::-1 if number % 2 else 1]:
            seconds, cost = timed(lrss[name], shares)
            note(name, "statements/s", wanted.batches * BATCH / seconds)
            note(name, "processor s of the server", cost["processor s"])
            note(name, "INSERTs", cost["inserts"])
            seconds, cost = timed(lrss[name], lone)
            note(name, "PUTs/s", wanted.puts / seconds)
            note(name, "INSERTs a PUT", cost["inserts"] / wanted.puts)
            note(name, "processor ms of the server a PUT", cost["processor s"] * 1000 / wanted.puts)
            time.sleep(3)
    for lrs in lrss.values():
        lrs.stop()
    counts = [sql(f"SELECT uniqExact(event_id), (SELECT uniqExact(event_id) FROM {name}_parsed) FROM {name}")
              for name in lrss]
    if len(set(counts)) != 1 or len(set(counts[0].split())) != 1:
        raise RuntimeError(f"tables and views hold {counts} statements")
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rounds", 5), ("batches", 48), ("senders", 4), ("puts", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    if not ADDRESS:
        print("no clickhouse server is running")
        return 77
    sql(f"DROP DATABASE IF EXISTS {DATABASE}", database="default")
    sql(f"CREATE DATABASE {DATABASE}", database="default")
    with tempfile.TemporaryDirectory() as folder:
        figures = run(folder, wanted)
    sql(f"DROP DATABASE {DATABASE}", database="default")
    print(f"{'medians of ' + str(wanted.rounds) + ' rounds':34}{'Ralph':>28}{'Lectern':>28}  Lectern/Ralph")
    for what in figures["Ralph"]:
        columns, medians = [], []
        for name in ("Ralph", "Lectern"):
            values = figures[name][what]
            medians.append(statistics.median(values))
            columns.append(f"{medians[-1]:.2f} ({min(values):.2f} to {max(values):.2f})")
        print(f"{what:34}{columns[0]:>28}{columns[1]:>28}{medians[1] / medians[0]:>15.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
