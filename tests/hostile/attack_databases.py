"""Databases that are silent, slow, cut off, busy for ever, or answer with far too much: the server lives on,
in bounded memory, and what needs no database is answered as ever."""

import os
import threading
import time

from harness import STATEMENTS, Skip, at_once, basic, lectern, scenario, statement
from hostile_server import HostileServer

MODES = ("silent", "trickle", "cut", "huge", "endless", "headers", "redirect", "busy", "nothing", "page")


def settings_of(backend, fake):
    at = "RALPH_BACKENDS__LRS__" + backend.upper()
    if backend == "es":
        return {at + "__HOSTS": fake.url}
    if backend == "clickhouse":
        return {at + "__HOST": "127.0.0.1", at + "__PORT": str(fake.port)}
    return {at + "__CONNECTION_URI": f"mongodb://127.0.0.1:{fake.port}/"}


def under_attack(trial, backend, server, fake, mode):
    fake.mode = mode
    begin = time.monotonic()
    requests = fake.requests

    def ask(i):
        if i % 2:
            return server.call("POST", STATEMENTS, [statement()], timeout=60).status
        return server.call("GET", STATEMENTS, timeout=60).status

    # A huge reply of MongoDB is well formed: a read may take it for three rows that are no statements.
    allowed = (200, 500, 503) if (backend, mode) == ("mongo", "huge") else (500, 503)
    slowest, asked = 0.0, []
    clients = threading.Thread(target=lambda: asked.extend(at_once(24, ask)))
    clients.start()
    while clients.is_alive():
        probe = time.monotonic()
        status = server.call("GET", "/__lbheartbeat__", user=None).status
        slowest = max(slowest, time.monotonic() - probe)
        trial.expect("/__lbheartbeat__ answers 200", status == 200, status)
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    trial.expect(f"{backend}, {mode}: every client is told that the store is away",
                 all(status in (allowed if i % 2 == 0 else (500, 503)) for i, status in enumerate(asked)), asked)
    trial.expect(f"{backend}, {mode}: /__lbheartbeat__ answers within 1 s", slowest <= 1, f"{slowest:.1f} s")
    trial.expect(f"{backend}, {mode}: nobody waits longer than the time-out", seconds <= 12, f"{seconds:.1f} s")
    trial.note(f"{mode} {seconds:.1f}/{slowest:.2f} s, {fake.requests - requests} requests, {server.rss_mib()} MiB")


def recovers(trial, backend, server, fake):
    """With the database back, writes go on by themselves."""
    fake.mode = "pass"
    began, status = time.monotonic(), 0
    while status != 200 and time.monotonic() < began + 20:
        status = server.call("POST", STATEMENTS, [statement()], timeout=60).status
    trial.expect(f"{backend}: a write is taken within 15 s of the database's return", status == 200 and
                 time.monotonic() - began <= 15, f"{status} after {time.monotonic() - began:.1f} s")


def attack(trial, backend, name, modes=MODES):
    """`name`: the variable of the server that tests/servers/run.sh has started."""
    behind = os.environ.get(name, "")
    if not behind and backend != "clickhouse":
        raise Skip(f"no server is running ({name})")
    with HostileServer("nothing") as trap, \
            HostileServer("pass" if behind else "cut", elsewhere=trap.url + "/", behind=behind,
                          speaks="mongo" if backend == "mongo" else "http") as fake:
        settings = {**settings_of(backend, fake), "LECTERN_STORE_TIMEOUT_MS": "3000"}
        with trial.server(settings, backend=backend) as server:
            if behind:
                recovers(trial, backend, server, fake)
            with trial.good_user(server, target="/whoami"):
                for mode in modes:
                    under_attack(trial, backend, server, fake, mode)
                    if behind:
                        recovers(trial, backend, server, fake)
        trial.expect("no redirect is followed", trap.requests == 0, trap.requests)


@scenario(peak_mib=900, p99_ms=1000)
def elasticsearch_gone_wrong(trial):
    """What answers for Elasticsearch is silent, slow, cut off, busy, no Elasticsearch, or sends 100 MB or without end."""
    attack(trial, "es", "LECTERN_TEST_ELASTICSEARCH")


@scenario(peak_mib=900, p99_ms=1000)
def clickhouse_gone_wrong(trial):
    """What answers for ClickHouse is silent, slow, cut off, busy, no ClickHouse, or sends 100 MB or without end."""
    attack(trial, "clickhouse", "LECTERN_TEST_CLICKHOUSE")


@scenario(peak_mib=700, p99_ms=1000)
def mongo_gone_wrong(trial):
    """The same for MongoDB: silent, cut off, or 45 MB to every command."""
    attack(trial, "mongo", "LECTERN_TEST_MONGO", ("silent", "cut", "huge"))


def refused_ones(server):
    """240 requests that are 401 or 403: statements, documents, agents; reads and writes."""
    statuses = set()
    for who in (None, basic("janedoe", "wrong"), basic("nobody", "wrong"), basic("narrow")):
        headers = {"Authorization": who} if who else {}
        for _ in range(10):
            for method, target, body in (
                    ("GET", STATEMENTS, None), ("POST", STATEMENTS, statement()),
                    ("GET", "/xAPI/agents?agent=%7B%22mbox%22%3A%22mailto%3Aa%40e.org%22%7D", None),
                    ("GET", "/xAPI/activities?activityId=http://e.org/a", None),
                    ("GET", "/xAPI/activities/profile?activityId=http://e.org/a&profileId=p", None),
                    ("PUT", "/xAPI/activities/profile?activityId=http://e.org/a&profileId=p", {"a": 1})):
                statuses.add(server.call(method, target, body, headers=headers, user=None, timeout=60).status)
    return statuses


def asked_by_refused(trial, backend, name):
    behind = os.environ.get(name, "")
    with HostileServer("pass" if behind else "nothing", behind=behind,
                       speaks="mongo" if backend == "mongo" else "http") as fake:
        users = [lectern.user("janedoe"), lectern.user("narrow", scopes=("state/read",))]
        settings = {**settings_of(backend, fake), "LECTERN_STORE_TIMEOUT_MS": "3000"}
        with trial.server(settings, backend=backend, users=users) as server:
            if behind:
                recovers(trial, backend, server, fake)
            refused_ones(server)  # each is known now, good or not
            time.sleep(2)  # what the write above has left to do
            before, began = fake.requests, time.monotonic()
            statuses = refused_ones(server)
            took, beside = time.monotonic() - began, fake.requests - before
            before = fake.requests
            time.sleep(took)
            alone = fake.requests - before
        trial.note(f"{backend}: {beside} calls beside 240 refusals in {took:.1f} s, {alone} without them")
        trial.expect("each is 401 or 403", statuses == {401, 403}, statuses)
        # The server has things of its own to ask, and these are not all at even times.
        trial.expect("no refusal makes a call", beside <= alone + 12, (beside, alone))


@scenario(peak_mib=200)
def refusals_ask_no_elasticsearch(trial):
    """401 and 403 make no call to Elasticsearch."""
    asked_by_refused(trial, "es", "LECTERN_TEST_ELASTICSEARCH")


@scenario(peak_mib=200)
def refusals_ask_no_clickhouse(trial):
    """401 and 403 make no call to ClickHouse."""
    asked_by_refused(trial, "clickhouse", "LECTERN_TEST_CLICKHOUSE")


@scenario(peak_mib=200)
def refusals_ask_no_mongo(trial):
    """401 and 403 make no call to MongoDB."""
    if not os.environ.get("LECTERN_TEST_MONGO"):
        raise Skip("no server is running (LECTERN_TEST_MONGO)")
    asked_by_refused(trial, "mongo", "LECTERN_TEST_MONGO")
