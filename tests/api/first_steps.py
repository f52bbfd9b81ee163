#!/usr/bin/env python3
"""The first steps that people who come from Ralph know, on the database that tests/servers/run.sh
has started: make the index or table by hand, start with the documented variables, POST 100
statements with curl and without a version header, GET them back. first_steps.py
mongo|clickhouse|es|opensearch. Exit 77 where no such database runs."""

import json
import os
import subprocess
import sys

from lectern import ROOT, Server

TABLE = """CREATE TABLE xapi.xapi_events_all (
  event_id UUID NOT NULL,
  emission_time DateTime64(6) NOT NULL,
  event String NOT NULL
  )
  ENGINE MergeTree ORDER BY (emission_time, event_id)
  PRIMARY KEY (emission_time, event_id)"""
PREFIX = "RALPH_BACKENDS__LRS__"


def curl(*arguments, data=None):
    done = subprocess.run(["curl", "-sS", "--max-time", "60", *arguments], input=data,
                          capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"curl {' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout


def prepare(backend, host, port):
    """Makes the place by hand, empty; returns the variables that name it."""
    url = f"http://{host}:{port}"
    if backend == "clickhouse":
        for statement in ("DROP DATABASE IF EXISTS xapi", "CREATE DATABASE xapi", TABLE):
            answer = curl("--data-binary", "@-", url + "/", data=statement.encode())
            assert answer == b"", answer
        return {PREFIX + "CLICKHOUSE__HOST": host, PREFIX + "CLICKHOUSE__PORT": port}
    if backend == "mongo":
        return {PREFIX + "MONGO__CONNECTION_URI": f"mongodb://{host}:{port}"}
    curl("-X", "DELETE", url + "/statements?ignore_unavailable=true")
    answer = json.loads(curl("-X", "PUT", url + "/statements"))
    assert answer.get("acknowledged"), answer
    return {PREFIX + "ES__HOSTS": url}


def main():
    backend = sys.argv[1]
    name = "elasticsearch" if backend == "es" else backend
    address = os.environ.get("LECTERN_TEST_" + name.upper())
    if not address:
        print(f"no {name} server is running")
        return 77
    settings = prepare(backend, *address.rsplit(":", 1))
    with open(os.path.join(ROOT, "tests", "data", "statements.jsonl")) as lines:
        sent = [json.loads(line) for line, _ in zip(lines, range(100))]
    ids = sorted(statement["id"] for statement in sent)
    with Server(settings, backend="es" if backend == "opensearch" else backend) as server:
        url = f"http://127.0.0.1:{server.port}/xAPI/statements"
        credentials = ("--user", "janedoe:supersecret")
        posted = json.loads(curl(*credentials, "-H", "Content-Type: application/json", "-X", "POST",
                                 "-d", "@-", url, data=json.dumps(sent).encode()))
        assert sorted(posted) == ids, posted
        # A list is as fresh as its database; the answer says how fresh.
        for _ in range(200):
            listed = json.loads(curl(*credentials, "-X", "GET", url))["statements"]
            if len(listed) == 100:
                break
        assert sorted(statement["id"] for statement in listed) == ids, len(listed)
        kept = {statement["id"]: statement for statement in listed}
        for statement in sent:
            for member in ("actor", "verb", "object", "timestamp", "result"):
                assert kept[statement["id"]].get(member) == statement.get(member), statement["id"]
    print(f"{backend}: 100 statements went in and came back")
    return 0


if __name__ == "__main__":
    sys.exit(main())
