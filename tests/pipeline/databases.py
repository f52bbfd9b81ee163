#!/usr/bin/env python3
"""`lectern read`, `write` and `list` on the database that tests/servers/run.sh has started: databases.py es|opensearch|
clickhouse|mongo [TEST...]. Exit 77 where it has started none."""

import collections
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

from peak import peak_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))
HOME = tempfile.TemporaryDirectory()
SERVERS = {"es": "ELASTICSEARCH", "opensearch": "OPENSEARCH", "clickhouse": "CLICKHOUSE", "mongo": "MONGO"}


def fresh():
    return "t" + uuid.uuid4().hex[:12]


def statement(number, **members):
    return {"id": "00000000-0000-4000-8000-%012d" % number, "actor": {"mbox": "mailto:a@b.ch"},
            "verb": {"id": "http://v.example/v%d" % (number % 2)}, "object": {"id": "http://o.example/caf\u00e9"},
            "timestamp": "2024-01-01T%02d:%02d:%02d.5Z" % (number // 3600 % 24, number // 60 % 60, number % 60),
            **members}


def lines(statements):
    return "".join(json.dumps(one) + "\n" for one in statements).encode()


class Database:
    """One of them, with a place of its own."""

    def __init__(self, name, address):
        self.is_opensearch = name == "opensearch"
        name = "es" if self.is_opensearch else name
        self.name, self.address = name, address
        self.target = fresh()
        self.prefix = "RALPH_BACKENDS__DATA__" + name.upper()
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": HOME.name, **self.settings(address)}
        if name == "clickhouse":
            self.ask_clickhouse("CREATE DATABASE lectern_pipeline_" + self.target)
            self.ask_clickhouse(f"CREATE TABLE {self.target} (event_id UUID, emission_time DateTime64(6), event String) "
                                "ENGINE MergeTree ORDER BY (emission_time, event_id)")

    def settings(self, address):
        host, port = address.rsplit(":", 1)
        own = {"es": {"HOSTS": f"http://{address}", "REFRESH_AFTER_WRITE": "true"},
               "clickhouse": {"HOST": host, "PORT": port, "DATABASE": "lectern_pipeline_" + self.target},
               "mongo": {"CONNECTION_URI": f"mongodb://{address}/?serverSelectionTimeoutMS=1000",
                         "DEFAULT_DATABASE": "lectern_pipeline"}}
        return {f"{self.prefix}__{key}": value for key, value in own[self.name].items()}

    def ask_clickhouse(self, sql):
        database = "" if sql.startswith("CREATE DATABASE") else "?database=lectern_pipeline_" + self.target
        with urllib.request.urlopen(f"http://{self.address}/{database}", sql.encode()) as answer:
            return answer.read().decode()

    def command(self, verb, *arguments, target=None):
        place = [] if verb == "list" else ["-t", target or self.target]
        return [BINARY, verb, "-b", self.name, *place, *arguments]

    def run(self, verb, *arguments, data=b"", target=None, through=None):
        environment = {**self.environment, **(self.settings(through) if through else {})}
        done = subprocess.run(self.command(verb, *arguments, target=target), input=data, capture_output=True,
                              timeout=120, env=environment)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def sorted_query(self):
        return json.dumps({"es": {"sort": [{"timestamp": "asc"}]},
                           "clickhouse": {"sort": "emission_time"}, "mongo": {"sort": [["_id", 1]]}}[self.name])

    def statement_of(self, line):
        return json.loads(line)["event" if self.name == "clickhouse" else "_source"]

    def read(self, *arguments, target=None):
        """The statements of the place in their order."""
        code, out, told = self.run("read", *(arguments or [self.sorted_query()]), target=target)
        assert code == 0, told
        return [self.statement_of(line) for line in out.splitlines()]


class Line:
    """A line to the server that can be cut."""

    def __init__(self, address, bytes_max=None):
        self.host, self.port = address.rsplit(":", 1)
        self.bytes_max = bytes_max  # from the server, then it is cut for good
        self.cut, self.connections = False, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.cut:
                client.close()
                continue
            server = socket.create_connection((self.host, int(self.port)))
            self.connections += [client, server]
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def pump(self, source, sink, back):
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                if back and self.bytes_max is not None:
                    self.bytes_max -= len(part)
                    if self.bytes_max < 0:
                        self.set_cut(True)
                        return
                sink.sendall(part)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def set_cut(self, cut):
        self.cut = cut
        for one in self.connections if cut else []:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.connections = []


def what_was_written_is_read_back(on):
    some = [statement(i) for i in range(1201)]
    code, out, told = on.run("write", "-s", "500", data=lines(some))
    assert (code, out, told) == (0, "", "1201 records written, 0 refused\n"), told
    assert on.read() == some
    assert on.run("read", "-s", "7")[1].count("\n") == 1201


def a_write_that_is_run_again_leaves_no_duplicate(on):
    some = [statement(i) for i in range(30)]
    for _ in range(2):
        code, _, told = on.run("write", data=lines(some))
        assert code == 0 and "30 records written, 0 refused" in told, told
    assert on.read() == some


def a_write_that_was_killed_can_be_run_again(on):
    some = [statement(i) for i in range(20_000)]
    process = subprocess.Popen(on.command("write", "-s", "100"), stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=on.environment)
    process.stdin.write(lines(some[:10_000]))
    process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.wait()
    code, _, told = on.run("write", "-s", "500", data=lines(some))
    assert code == 0 and "20000 records written, 0 refused" in told, told
    assert on.read() == some


def refused_records_are_told_of_and_kept(on):
    # What is wrong with one of them, for each database.
    broken = {"es": statement(2, timestamp="yesterday"), "clickhouse": statement(2, timestamp="yesterday"),
              "mongo": {**statement(2), "id": None}}[on.name]
    some = [statement(1), broken, statement(3)]
    code, _, told = on.run("write", data=lines(some[:1]))  # makes the mapping
    assert code == 0, told
    code, _, told = on.run("write", data=lines(some))
    assert code == 1 and "line 2: " in told and "Error: a record was refused" in told, told
    kept = os.path.join(HOME.name, fresh())
    code, _, told = on.run("write", "-I", "--errors", kept, data=lines(some) + b"nonsense\n")
    assert code == 0 and "2 records written, 2 refused" in told and "line 4: " in told, told
    with open(kept, "rb") as file:
        assert file.read() == lines([broken]) + b"nonsense\n"
    assert on.read() == [some[0], some[2]]


def one_record_does_not_have_the_others_refused(on):
    """What the servers refuse a whole request for."""
    broken = {"es": statement(2, id="x" * 600), "clickhouse": statement(1), "mongo": statement(2, timestamp="1900-01-01")}
    some = [statement(1), broken[on.name], statement(3)]
    code, _, told = on.run("write", "-I", data=lines(some))
    assert code == 0 and "2 records written, 1 refused" in told and "line 2: /" in told, told
    assert on.read() == [some[0], some[2]]


def a_place_that_is_not_there_is_told(on):
    code, out, told = on.run("read", target="nowhere")
    if on.name == "mongo":  # for MongoDB it is an empty one
        assert (code, out, told) == (0, "", ""), told
        code, out, told = on.run("read", target="no$where")
    assert code == 1 and out == "" and told.count("\n") == 1, told
    expected = {"es": "Failed to .*: HTTP 404 .*no such index",
                "clickhouse": "Failed to read documents: HTTP 404 Code: 60.*nowhere",
                "mongo": "The target=`no.where` is not a valid collection name"}
    assert re.search(expected[on.name], told), told
    if on.name == "clickhouse":
        code, _, told = on.run("write", "-I", data=lines([statement(1)]), target="nowhere")
        assert code == 1 and "Code: 60" in told and "0 records written" in told, told


def a_query_that_is_wrong_is_told(on):
    query = {"es": '{"query":{"nonsense":{}}}', "clickhouse": '{"where":"nonsense"}',
             "mongo": '{"filter":{"$nonsense":1}}'}[on.name]
    on.run("write", data=lines([statement(1)]))
    code, out, told = on.run("read", query)
    assert code == 1 and out == "" and "nonsense" in told and told.count("\n") == 1, told
    if on.name != "es":  # which takes it for a query string
        code, out, told = on.run("read", '{"unknown":1}')
        assert code == 1 and "unknown is not known" in told, told


def native_queries_choose_records(on):
    some = [statement(i) for i in range(20)]
    on.run("write", data=lines(some))
    verb = "http://v.example/v1"
    queries = {
        "es": [{"query": {"term": {"verb.id.keyword": verb}}, "sort": [{"timestamp": "asc"}]},
               {"query": {"match_all": {}}, "size": 3, "sort": [{"timestamp": "desc"}]},
               {"q": 'verb.id.keyword:"%s"' % verb, "sort": "timestamp:asc"}],
        "clickhouse": [{"where": ["JSONExtractString(event, 'verb', 'id') = {verb:String}"], "sort": "emission_time",
                        "parameters": {"verb": verb}},
                       {"sort": "emission_time DESC", "limit": 3},
                       {"where": "JSONExtractString(event, 'verb', 'id') = %(verb)s", "sort": "emission_time",
                        "parameters": {"verb": verb}}],
        "mongo": [{"filter": {"_source.verb.id": verb}, "sort": [["_id", 1]]},
                  {"limit": 3, "sort": [["_id", -1]]},
                  {"filter": {"_source.verb.id": {"$in": [verb]}}, "projection": {"_source": 1}, "sort": [["_id", 1]]}],
    }[on.name]
    odd = some[1::2]
    for query, expected in zip(queries, (odd, some[:-4:-1], odd)):
        got = on.read(json.dumps(query), "-s", "2")
        assert got == expected, (query, len(got))
    if on.name == "es":
        assert len(on.read('verb.id.keyword:"%s"' % verb)) == 10
        assert len(on.read('{"size":5}', "-s", "2")) == 5


def operations_are_the_databases_own(on):
    some = [statement(i) for i in range(5)]
    on.run("write", data=lines(some))
    if on.name == "clickhouse":
        for operation in ("update", "delete", "append"):
            code, _, told = on.run("write", "-o", operation, data=lines(some))
            assert code == 1 and f"{operation.capitalize()} operation_type is not allowed" in told, told
        return
    code, _, told = on.run("write", "-o", "append", data=lines(some))
    assert code == 1 and "Append operation_type is not allowed" in told, told
    code, _, told = on.run("write", "-o", "create", data=lines(some[:1]))
    assert code == 1 and "line 1: " in told, told
    changed = {**some[1], "result": {"score": {"scaled": 0.5}}}
    code, _, told = on.run("write", "-o", "update", data=lines([changed]))
    assert code == 0 and "1 records written" in told, told
    assert on.read() == [some[0], changed, *some[2:]]
    code, _, told = on.run("write", data=lines([some[1]]))  # index
    assert code == 0 and on.read() == some, told
    code, _, told = on.run("write", "-o", "delete", data=lines(some[:3]))
    assert code == 0 and "3 records written" in told, told
    assert on.read() == some[3:]
    code, _, told = on.run("write", "-o", "delete", data=lines(some[:1]))
    assert (code == 1 and "not found" in told) if on.name == "es" else "1 of 1 documents were not there" in told, told


def places_are_listed(on):
    on.run("write", data=lines([statement(1)]))
    code, out, told = on.run("list")
    assert code == 0 and on.target in out.splitlines(), told
    code, out, told = on.run("list", "-D", "--new")
    assert code == 0 and "The `new` argument is ignored" in told, told
    details = [json.loads(line) for line in out.splitlines()]
    if on.name == "es":
        assert any("mappings" in one.get(on.target, {}) for one in details), details
    else:
        assert on.target in [one["name"] for one in details], details
    code, out, told = on.run("list", "-t", "no such place" if on.name != "es" else "nowhere")
    assert code == 1 and out == "" and told.startswith("Error: "), told


def a_server_that_is_away_for_a_while_is_waited_for(on):
    line = Line(on.address)
    some = [statement(i) for i in range(3000)]
    process = subprocess.Popen(on.command("write", "-s", "100"), stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**on.environment, **on.settings(line.address)})
    process.stdin.write(lines(some[:1500]))
    process.stdin.flush()
    time.sleep(0.3)
    line.set_cut(True)
    threading.Timer(2, line.set_cut, [False]).start()
    process.stdin.write(lines(some[1500:]))
    process.stdin.close()
    told = process.stderr.read().decode()
    assert process.wait() == 0 and "3000 records written, 0 refused" in told and "trying again in" in told, told
    assert on.read() == some


def a_server_that_stays_away_is_told_in_one_line(on):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = "127.0.0.1:%d" % taken.getsockname()[1]
    for verb, data in (("write", lines([statement(1)])), ("read", b"")):
        code, out, told = on.run(verb, data=data, through=nobody)
        assert code == 1 and out == "", told
        assert told.count("Error: ") == 1 and told.count("trying again") == 5, told


def a_server_that_goes_away_in_the_middle_of_a_read_is_told(on):
    some = [statement(i, result={"response": "x" * 500}) for i in range(10_000)]
    on.run("write", data=lines(some))
    line = Line(on.address, bytes_max=3_000_000)
    code, out, told = on.run("read", on.sorted_query(), through=line.address)
    got = [on.statement_of(one) for one in out.splitlines()]
    assert code == 1 and told.count("Error: ") == 1, told
    assert 100 < len(got) < 10_000 and got == some[:len(got)], len(got)


def much_takes_little_memory(on):
    some = [statement(i, result={"response": "x" * 1500}) for i in range(20_000)]
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
        file.write(lines(some))
        file.seek(0)
        code, peak = peak_of(on.command("write", "-s", "10000"), on.environment, file, out)
        assert code == 0 and peak < 64, f"write: {peak:.0f} MiB"
        code, peak = peak_of(on.command("read", "-s", "10000"), on.environment, subprocess.DEVNULL, out)
        assert code == 0 and peak < 64, f"read: {peak:.0f} MiB"
        out.seek(0)
        counts = collections.Counter(on.statement_of(line)["id"] for line in out)
        assert len(counts) == 20_000 and max(counts.values()) == 1, len(counts)


def the_async_name_is_the_same(on):
    if on.name == "clickhouse":
        return
    on.run("write", data=lines([statement(1)]))
    option = {"es": ["--async-es-default-index"], "mongo": ["--async-mongo-default-collection"]}[on.name]
    done = subprocess.run([BINARY, "read", "-b", "async_" + on.name, *option, on.target], capture_output=True,
                          env=on.environment)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 1, done.stderr
    some = [statement(i) for i in range(3000)]
    code, _, told = on.run("write", "-c", "4", "-s", "100", data=lines(some))
    assert code == 0 and on.read() == some, told


def settings_that_cannot_be_meant_are_told(on):
    wrong = {"es": [("HOSTS", "nonsense", "http:// or https:// URLs"),
                    ("REFRESH_AFTER_WRITE", "maybe", "one of false, true, wait_for"),
                    ("CLIENT_OPTIONS", "a=b", "ca_certs")],
             "clickhouse": [("PORT", "x", "a whole number")],
             "mongo": [("CONNECTION_URI", "nonsense", "is not a MongoDB URI"),
                       ("DEFAULT_DATABASE", "a b", "is not a valid database name"),
                       ("DEFAULT_COLLECTION", "a$b", "is not a valid collection name")]}[on.name]
    for key, value, expected in wrong:
        done = subprocess.run([BINARY, "read", "-b", on.name], capture_output=True,
                              env={**on.environment, f"{on.prefix}__{key}": value})
        assert done.returncode == 1 and expected in done.stderr.decode(), done.stderr


def rows_of_any_columns_are_read(on):
    if on.name != "clickhouse":
        return
    on.run("write", data=lines([statement(1)]))
    code, out, told = on.run("read", '{"select":["event_id","emission_time","event"]}')
    assert code == 0, told
    row = json.loads(out)
    assert row["event_id"] == statement(1)["id"] and row["event"] == statement(1), row
    assert row["emission_time"] == "2024-01-01 00:00:01.500000", row
    on.ask_clickhouse(f"INSERT INTO {on.target} VALUES (generateUUIDv4(), now64(6), 'nonsense')")
    code, out, told = on.run("read", on.sorted_query())
    assert code == 1 and "Failed to decode JSON: " in told, told
    code, out, told = on.run("read", on.sorted_query(), "-i", "true")
    assert code == 0 and out.count("\n") == 1 and "Failed to decode JSON: " in told, told
    # An error behind the first rows.
    code, out, told = on.run("read", '{"select":"number, throwIf(number = 3000000)"}', target="numbers(10000000)")
    assert code == 1 and "Failed to read documents" in told and "throwIf" in told, told[-500:]


def main():
    name = sys.argv[1]
    address = os.environ.get("LECTERN_TEST_" + SERVERS[name])
    if not address:
        print(f"no server for {name} is running")
        return 77
    helpers = (fresh, statement, lines, peak_of, main)
    tests = [value for key, value in globals().items()
             if callable(value) and key == key.lower() and value not in helpers]
    failed = 0
    for test in tests:
        if sys.argv[2:] and test.__name__ not in sys.argv[2:]:
            continue
        begun = time.monotonic()
        try:
            test(Database(name, address))
        except AssertionError as error:
            failed += 1
            print(f"{test.__name__.replace('_', ' ')}: {str(error)[:800]}")
        if sys.argv[2:]:
            print(f"{test.__name__}: {time.monotonic() - begun:.1f} s")
    print(f"{name}: {len(tests)} tests, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
