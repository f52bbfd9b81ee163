#!/usr/bin/env python3
"""The same commands given to Ralph 5.1.0, from PyPI, and to Lectern called `ralph`, each with a place of its own on the
database that tests/servers/run.sh has started: what they print, how they exit, and of what kind their messages are.
databases_beside_ralph.py es|clickhouse|mongo. Exit 77 where no server or no Ralph is to be had."""

import json
import os
import subprocess
import sys
import tempfile

import against_ralph
from databases import BINARY, SERVERS, Database, lines, statement

# What is said of a fault: where Ralph says it, so does Lectern.
KINDS = ["Failed to open Elasticsearch point in time", "Failed to execute Elasticsearch query", "Failed to read indices",
         "Failed to read documents", "Failed to read tables", "Failed to execute MongoDB query",
         "Duplicate IDs found in batch", "operation_type is not allowed", "is not a valid collection name",
         "is not a valid database name", "Invalid ClickHouseQuery query string", "Invalid MongoQuery query string",
         "The `new` argument is ignored"]

SOME = [statement(i) for i in range(7)]
NO_TIME = {key: value for key, value in statement(50).items() if key != "timestamp"}
CHANGED = [{**SOME[2], "result": {"score": {"scaled": 0.25}, "response": "caf\u00e9"}}]
EVERYWHERE = [
    ("write", [], SOME),
    ("read", [], []),
    ("read", ["-s", "2"], []),
    ("write", [], []),
    ("write", [], "nonsense\n"),
    ("write", ["-I"], "nonsense\n"),
    ("write", ["-o", "append"], SOME),
    ("write", ["-o", "nonsense"], SOME),
    ("list", ["-n"], []),
    ("read", [], []),
]
COMMANDS = {
    "es": [
        ("read", ['{"size":3,"sort":[{"timestamp":"desc"}]}', "-s", "2"], []),
        ("read", ['{"query":{"term":{"verb.id.keyword":"http://v.example/v1"}}}'], []),
        ("read", ['{"q":"verb.id.keyword:\\"http://v.example/v1\\"","sort":"timestamp:desc"}'], []),
        ("read", ['id:"00000000-0000-4000-8000-000000000003"'], []),
        ("read", ['{"unknown":1}'], []),
        ("read", ['{"query":{"nonsense":{}}}'], []),
        ("read", ["-t", "nowhere"], []),
        ("write", ["-o", "create"], SOME[:1]),
        ("write", ["-o", "create", "-I"], SOME[:1] + [statement(20)]),
        ("write", ["-o", "update"], CHANGED),
        ("write", ["-o", "update"], [statement(99)]),
        ("write", [], [statement(21, timestamp="yesterday")]),
        ("write", ["-I"], [statement(22, timestamp="yesterday"), statement(23)]),
        ("write", ["-o", "delete"], SOME[:2]),
        ("write", ["-o", "delete"], SOME[:2]),
        ("read", [], []),
        ("list", ["-t", "nowhere"], []),
    ],
    "clickhouse": [
        ("read", ['{"sort":"emission_time DESC","limit":3}'], []),
        ("read", ['{"where":"emission_time > {t:DateTime64(6)}","parameters":{"t":"2024-01-01 00:00:03"}}'], []),
        ("read", ['{"where":["JSONExtractString(event, \'verb\', \'id\') = %(v)s"],'
                  '"parameters":{"v":"http://v.example/v1"}}'], []),
        ("read", ['{"select":["length(event) AS bytes","JSONExtractString(event,\'id\') AS id"],"column_oriented":true}'], []),
        ("read", ['{"unknown":1}'], []),
        ("read", ["nonsense"], []),
        ("read", ['{"where":"nonsense"}'], []),
        ("read", ["-t", "nowhere"], []),
        ("write", ["-t", "nowhere"], SOME),
        ("write", [], [statement(20), statement(20)]),
        ("write", [], [NO_TIME]),
        ("write", ["-I"], [NO_TIME, statement(21)]),
        ("write", [], [statement(22, timestamp="yesterday")]),
        ("write", [], [{**statement(23), "id": "5"}]),
        ("write", ["-o", "index"], [statement(24, timestamp="2024-01-01T00:00:24.123456+02:00")]),
        ("write", ["-o", "update"], SOME),
        ("write", ["-o", "delete"], SOME),
        ("read", ['{"select":"toString(emission_time) AS t, toString(event_id) AS i"}'], []),
        ("list", ["-t", "nowhere"], []),
    ],
    "mongo": [
        ("read", ['{"sort":[["_id",-1]],"limit":3}'], []),
        ("read", ['{"filter":{"_source.verb.id":"http://v.example/v1"},"projection":{"_source.id":1}}'], []),
        ("read", ['{"unknown":1}'], []),
        ("read", ["nonsense"], []),
        ("read", ['{"filter":{"$nonsense":1}}'], []),
        ("read", ["-t", "nowhere"], []),
        ("read", ["-t", "a..b"], []),
        ("write", ["-o", "create"], SOME[:1]),
        ("write", ["-o", "create", "-I"], SOME[:1]),
        ("write", [], [NO_TIME]),
        ("write", ["-I"], [NO_TIME, statement(21)]),
        ("write", [], [statement(22, timestamp="yesterday")]),
        ("write", ["-o", "update"], CHANGED),
        ("write", ["-o", "update"], [statement(99)]),
        ("write", ["-o", "delete"], SOME[:2]),
        ("write", ["-o", "delete"], SOME[:2]),
        ("write", [], [statement(30, timestamp="2024-01-01T00:00:24.9+02:00", result={"score": {"raw": 1.0, "max": 10}})]),
        ("read", [], []),
        ("list", ["-t", "a b"], []),
    ],
}


class Side:
    """One of the two programs with a place of its own."""

    def __init__(self, program, name, address, folder):
        self.program, self.on = program, Database(name, address)
        default = {"es": "DEFAULT_INDEX", "clickhouse": "EVENT_TABLE_NAME", "mongo": "DEFAULT_COLLECTION"}[name]
        self.environment = {**self.on.environment, f"{self.on.prefix}__{default}": self.on.target, "HOME": folder,
                            "LC_ALL": "C.UTF-8"}

    def run(self, verb, arguments, data, name):
        text = data.encode() if isinstance(data, str) else lines(data)
        done = subprocess.run([self.program, verb, "-b", name, *arguments], input=text, capture_output=True,
                              env=self.environment, timeout=120)
        self.told = done.stderr.decode()
        return done.returncode, sorted(self.plain(line) for line in done.stdout.decode().splitlines())

    def plain(self, line):
        """Without what is this side's own: names of places, and white space of JSON."""
        line = line.replace(self.on.target, "PLACE")
        try:
            return json.dumps(json.loads(line), sort_keys=True)
        except ValueError:
            return line


def main():
    name = sys.argv[1]
    address = os.environ.get("LECTERN_TEST_" + SERVERS[name])
    if not address:
        print(f"no server for {name} is running")
        return 77
    try:
        program = against_ralph.ralph()
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached")
        return 77
    failed, ran, compared = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "ralph")
        os.symlink(BINARY, link)
        theirs, ours = Side(program, name, address, folder), Side(link, name, address, folder)
        names = [name] if name == "clickhouse" else [name, "async_" + name]
        for verb, arguments, data in EVERYWHERE + COMMANDS[name]:
            # The async name is Ralph's other code for the same: reading is enough.
            for called in names if verb == "read" else [name]:
                ran += 1
                expected, got = theirs.run(verb, arguments, data, called), ours.run(verb, arguments, data, called)
                compared += len(expected[1])
                unsaid = [kind for kind in KINDS if kind in theirs.told and kind not in ours.told]
                if verb == "list":  # of what others have there, too
                    expected, got = expected[0], got[0]
                if expected != got or unsaid:
                    failed += 1
                    print(f"{verb} -b {called} {' '.join(arguments)} {str(data)[:60]}:\n  Ralph {str(expected)[:700]}\n"
                          f"  Lectern {str(got)[:700]}\n  Lectern does not say {unsaid}: {ours.told[-300:]}")
    print(f"{name}: {ran} commands, {compared} lines, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
