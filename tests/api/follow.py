#!/usr/bin/env python3
"""Follows statements on /xAPI/extensions/tail: what comes is all of it, once, in order, through breaks and a restart
of the server. The backend comes from LECTERN_TEST_BACKEND and LECTERN_TEST_SETTINGS, as for run.py."""

import base64
import http.client
import json
import os
import signal
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import lectern
from statements import reference, statement, verb

USERS = [lectern.user("janedoe"), lectern.user("writer", ["statements/write", "statements/read/mine"]),
         lectern.user("blind", ["state/read"])]
FAULTS = []


def check(what, actual, expected):
    print(("ok   " if actual == expected else "FAIL ") + what)
    if actual != expected:
        FAULTS.append(what)
        print(f"     {str(actual)[:500]}\n not {str(expected)[:500]}")


class Reader:
    """One who follows; begun when it has been told where it begins."""

    def __init__(self, port, query="", last_event_id=None, user="janedoe"):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:supersecret".encode()).decode(),
                   "X-Experience-API-Version": "1.0.3"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        self.connection.request("GET", "/xAPI/extensions/tail" + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.status, self.last_event_id = self.answer.status, last_event_id
        while self.status == 200 and not self.last_event_id:
            self.line()

    def line(self):
        line = self.answer.readline().decode()
        if not line:
            raise EOFError
        if line.startswith("id: "):
            self.last_event_id = line[4:].strip()
        return line

    def ids(self, count):
        found = []
        while len(found) < count:
            line = self.line()
            if line.startswith("data: "):
                found.append(json.loads(line[6:])["id"])
        return found

    def close(self):
        self.connection.close()


def store(server, *statements, user="janedoe"):
    answer = server.call("POST", "/xAPI/statements", list(statements), user=user)
    assert answer.status == 200, answer
    return answer.json


def plain(name="attended", **more):
    return statement(str(uuid.uuid4()), actor={"mbox": "mailto:a@example.org"}, verb=verb(name),
                     object=more.pop("object", {"id": "https://example.org/x"}), **more)


def follows_and_filters(server):
    old = plain()
    store(server, old)
    everything, passed = Reader(server.port), Reader(server.port, "?verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fpassed")
    first, second = plain("passed"), plain("failed")
    about_first, about_second = plain("answered", object=reference(first["id"])), plain("answered", object=reference(second["id"]))
    store(server, first, second)
    store(server, about_first, about_second)
    check("who follows gets what is stored from then on, in order", everything.ids(4),
          [first["id"], second["id"], about_first["id"], about_second["id"]])
    check("a filter lets in what matches, along references too", passed.ids(2), [first["id"], about_first["id"]])
    everything.close()
    passed.close()


def sees_only_its_own(server):
    reader = Reader(server.port, user="writer")
    others, own = plain(), plain()
    store(server, others)
    store(server, own, user="writer")
    check("who reads only the own statements follows only those", reader.ids(1), [own["id"]])
    reader.close()
    answer = server.call("GET", "/xAPI/extensions/tail", user="blind")
    check("who may read none follows none", answer.status, 403)
    answer = server.call("GET", "/xAPI/extensions/tail", headers={"Last-Event-ID": "x"})
    check("a place that no event has had is refused", answer.status, 400)


def loses_nothing(server):
    """Two write while a reader breaks off again and again, and the server of an embedded store is killed once
    (killed beside a database: two_servers.py)."""
    embedded = os.environ.get("LECTERN_TEST_BACKEND", "embedded") == "embedded"
    stop, written, lock = threading.Event(), set(), threading.Lock()

    def write():
        while not stop.is_set():
            batch = [plain() for _ in range(20)]
            try:
                ids = store(server, *batch)
            except (OSError, AssertionError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            with lock:
                written.update(ids)

    reader = Reader(server.port)
    place, got, deadline = reader.last_event_id, [], time.monotonic() + 120

    def read(count):
        """As an EventSource does: where the stream ends, it goes on behind the last event."""
        nonlocal reader
        wanted = len(got) + count
        while len(got) < wanted:
            try:
                got.extend(reader.ids(1))
            except EOFError:
                assert time.monotonic() < deadline, "the stream ends again and again"
                time.sleep(0.1)
                place = reader.last_event_id
                reader.close()
                reader = Reader(server.port, last_event_id=place)

    writers = [threading.Thread(target=write, daemon=True) for _ in range(2)]
    for thread in writers:
        thread.start()
    for round_ in range(6):
        read(40 + 17 * round_)
        place = reader.last_event_id
        reader.close()
        if round_ == 3 and embedded:
            server.stop(signal.SIGKILL)
            server.start()
        reader = Reader(server.port, last_event_id=place)
    stop.set()
    for thread in writers:
        thread.join()
    end = plain("terminated")
    store(server, end)
    while end["id"] not in got[-1:]:
        read(1)
    reader.close()
    check("nothing is sent twice", len(got), len(set(got)))
    check("nothing that was acknowledged is left out", sorted(written - set(got)), [])


def ends_with_the_server(server):
    reader = Reader(server.port)
    begin = time.monotonic()
    server.stop()
    try:
        while True:
            reader.line()
    except EOFError:
        pass
    check("a server that stops ends the stream at once", time.monotonic() - begin < 10, True)


def many_at_once(server, count=300):
    readers = [Reader(server.port) for _ in range(count)]
    batch = [plain() for _ in range(50)]
    begin = time.monotonic()
    store(server, *batch)
    ids = [one["id"] for one in batch]
    check(f"{count} readers at once get it all", all(reader.ids(50) == ids for reader in readers), True)
    print(f"     in {time.monotonic() - begin:.2f} s")
    for reader in readers:
        reader.close()


def main():
    with lectern.Server({"RALPH_LRS_RESTRICT_BY_SCOPES": "true"}, USERS) as server:
        follows_and_filters(server)
        sees_only_its_own(server)
        many_at_once(server)
        loses_nothing(server)
        ends_with_the_server(server)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
