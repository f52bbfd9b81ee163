#!/usr/bin/env python3
"""Plays Open edX Aspects in small: its kind of tables, partitions and views in ClickHouse, the rights that
it gives, two Lecterns in the place of its Ralph, started as it starts that, from a folder that is not
theirs; and its sender's client. Then a migration that renames the table while statements come in.
aspects.py [VENV]: with a folder that Ralph is installed in, its rows and views are compared too. Exit 77
where no ClickHouse runs, or the client cannot be installed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]

from lectern import BINARY, bcrypt, free_port  # noqa: E402
from open_edx import ATTEMPT, ODD, batches, statement  # noqa: E402
from pypi import installed  # noqa: E402

ADDRESS = os.environ.get("LECTERN_TEST_CLICKHOUSE", "")
DATABASE = "lectern_aspects"  # tests/servers/clickhouse/users.xml grants it
NOBODY = 65534
PATIENCE_S = 60
HEARTBEAT_AGE_S = 0.2  # a heartbeat tells what was seen 100 ms ago at most
COLUMNS = "(event_id UUID NOT NULL, emission_time DateTime64(6) NOT NULL, event String NOT NULL)"
ORDER = "ORDER BY (emission_time, event_id) PRIMARY KEY (emission_time, event_id)"
LOGGING = """version: 1
disable_existing_loggers: false
formatters:
  default: {"()": uvicorn.logging.DefaultFormatter, fmt: "%(levelprefix)s %(message)s"}
handlers:
  default: {formatter: default, class: logging.StreamHandler, stream: ext://sys.stderr}
loggers:
  ralph: {handlers: [default], level: INFO, propagate: false}
"""
faults = []


def check(good, sentence):
    if not good:
        faults.append(sentence)


def sql(text, user="default", password="", database=DATABASE):
    request = urllib.request.Request(f"http://{ADDRESS}/?database={database}", data=text.encode(), headers={
        "X-ClickHouse-User": user, "X-ClickHouse-Key": password})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{text[:200]}: {error.read().decode()[:500]}") from None


def problems(events, cast):
    return (f"SELECT event_id, emission_time, JSONExtractFloat(event, 'result', 'score', 'scaled') AS scaled, "
            f"{cast}(JSON_VALUE(event, '$.object.definition.extensions.\"{ATTEMPT}\"')) AS attempt FROM {events}")


def make_views(events, cast="toInt16OrZero"):
    """Two that parse: one takes all, one casts, and so may throw at what does not fit."""
    sql(f"CREATE MATERIALIZED VIEW {events}_parsed_mv TO {events}_parsed AS SELECT event_id, "
        f"JSONExtractString(event, 'verb', 'id') AS verb, JSONExtractString(event, 'object', 'id') AS object, "
        f"JSON_VALUE(event, '$.actor.account.name') AS actor, emission_time FROM {events}")
    sql(f"CREATE MATERIALIZED VIEW {events}_problems_mv TO {events}_problems AS {problems(events, cast)}")


def make_tables(events):
    sql(f"CREATE TABLE {events} {COLUMNS} ENGINE ReplacingMergeTree {ORDER}")
    sql(f"CREATE TABLE {events}_parsed (event_id UUID, verb String, object String, actor String, emission_time "
        f"DateTime64(6)) ENGINE ReplacingMergeTree ORDER BY (emission_time, event_id)")
    sql(f"CREATE TABLE {events}_problems (event_id UUID, emission_time DateTime64(6), scaled Float64, attempt "
        f"Int16) ENGINE ReplacingMergeTree ORDER BY (emission_time, event_id)")
    make_views(events, "toInt16")


def migrate_by_renaming(events, between):
    """As a migration that partitions the table by month; `between` is called while there is none."""
    for view in ("parsed", "problems"):
        sql(f"DROP VIEW {events}_{view}_mv")
    sql(f"RENAME TABLE {events} TO old_{events}")
    between()
    sql(f"CREATE TABLE IF NOT EXISTS {events} {COLUMNS} ENGINE ReplacingMergeTree {ORDER} "
        f"PARTITION BY toYYYYMM(emission_time)")
    make_views(events)
    made = time.monotonic()
    # Who writes between the table and its views, in any program, is seen by none of them; so is an insert that
    # began then and has not ended yet.
    while float(sql("SELECT max(elapsed) FROM system.processes WHERE query_kind = 'Insert'")) > time.monotonic() - made:
        time.sleep(0.02)
    for view in ("parsed", "problems"):
        sql(f"INSERT INTO {events} SELECT event_id, emission_time, event FROM {events} "
            f"WHERE event_id NOT IN (SELECT event_id FROM {events}_{view})")
    sql(f"INSERT INTO {events} SELECT event_id, emission_time, event FROM old_{events}")
    sql(f"DROP TABLE old_{events}")


class Lrs:
    """A program of Ralph's name in the folder that Aspects gives it; `binary`: Lectern, or Ralph's uvicorn."""

    def __init__(self, folder, events, binary, as_nobody=True):
        self.app_dir, self.port, self.as_nobody = folder, free_port(), as_nobody and os.geteuid() == 0
        self.command = [binary, "ralph.api:app", "--proxy-headers", "--host", "127.0.0.1", "--port", str(self.port)]
        if os.path.exists(os.path.join(folder, "logging.yaml")):
            self.command += ["--log-config", os.path.join(folder, "logging.yaml")]
        self.base = f"http://127.0.0.1:{self.port}"
        prefix = "RALPH_BACKENDS__LRS__CLICKHOUSE__"
        host, port = ADDRESS.rsplit(":", 1)
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("RALPH_", "LECTERN_"))}
        self.environment = kept | {
            "RALPH_APP_DIR": os.path.join(folder, "app"), "RALPH_RUNSERVER_BACKEND": "clickhouse",
            "RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "100", "RALPH_RUNSERVER_POINT_IN_TIME_KEEP_ALIVE": "1m",
            prefix + "HOST": host, prefix + "PORT": port, prefix + "TEST_HOST": "clickhouse",
            prefix + "DATABASE": DATABASE, prefix + "EVENT_TABLE_NAME": events,
            prefix + "USERNAME": "ch_lrs", prefix + "PASSWORD": "secret"}

    def start(self):
        self.log = open(os.path.join(self.app_dir, f"log{self.port}"), "wb")
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_nobody else {}
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=self.log, stderr=self.log,
                                        cwd="/", **other)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.call("GET", "/__lbheartbeat__")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("it does not start:\n" + self.logged())

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def logged(self):
        """The end of what it logged."""
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()[-1000:]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method, headers={
            "Content-Type": "application/json", "Authorization": "Basic bG1zOnN1cGVyc2VjcmV0"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def listed(self):
        """The ids of all statements, once lists have come up to now."""
        ids, path = [], "/xAPI/statements?limit=100"
        while path:
            answer = json.loads(self.call("GET", path)[1])
            ids += [one["id"] for one in answer["statements"]]
            path = answer.get("more")
        return ids


def folder_of_others(parent, scope="ralph_scope"):
    """What the configuration mounts: its files, which the program may read and not write."""
    os.chmod(parent, 0o755)
    app = os.path.join(parent, "app")
    os.mkdir(app)
    entry = {"username": "lms", "scopes": [scope], "hash": bcrypt("supersecret"),
             "agent": {"account": {"name": "__server_lms", "homePage": "https://lms.example.org"}}}
    for path, text in ((os.path.join(app, "auth.json"), json.dumps([entry])),
                       (os.path.join(parent, "logging.yaml"), LOGGING)):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o444)
    for name in ("uvicorn", "ralph"):
        shutil.copy(BINARY, os.path.join(parent, name))
    os.chmod(app, 0o555)


def sender(python, lrss, some):
    process = subprocess.Popen([python, os.path.join(HERE, "sender.py"), *[f"{one.base}/xAPI" for one in lrss]],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps(some))
    process.stdin.close()
    return process


def answers_of(process):
    text = process.stdout.read()
    process.wait()
    return json.loads(text or "[]")


def wants_its_table(lrs):
    status, text = lrs.call("POST", "/xAPI/statements", [statement(800_000)])
    check(status == 503 and "has no table" in text, f"without its table it answers {status} {text}")
    status, text = lrs.call("GET", "/__heartbeat__")
    check('"error"' in text, f"without its table the heartbeat says {status} {text}")
    check(sql("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'events'") == "0",
          "a table of Ralph's was made")


def one_statement_that_a_view_refuses(lrs, python):
    """Others beside it are seen by all views, and so is it once the view takes it."""
    bad = statement(900_000, attempt="many")
    some = [[statement(900_001 + n * 20 + i) for i in range(20)] for n in range(8)]
    senders = [sender(python, [lrs], [batch]) for batch in some]
    refused = lrs.call("POST", "/xAPI/statements", [bad])
    for process in senders:
        check([status for status, _ in answers_of(process)] == [200], "a batch beside the refused one failed")
    check(refused[0] == 500 and "problems_mv" in refused[1], f"what a view refuses is answered {refused}")
    seen = sql("SELECT uniqExact(event_id) FROM events_problems WHERE toYear(emission_time) > 0 AND event_id IN "
               "(" + ",".join(f"'{one['id']}'" for batch in some for one in batch) + ")")
    check(seen == "160", f"the views saw {seen} of 160")
    sql(f"ALTER TABLE events_problems_mv MODIFY QUERY {problems('events', 'toInt16OrZero')}")
    status, text = lrs.call("POST", "/xAPI/statements", [bad])
    check(status == 200, f"what a view refused is answered {status} {text} once it takes it")
    seen = sql(f"SELECT count() FROM events_problems WHERE event_id = '{bad['id']}'")
    check(seen == "1", f"the view saw what it had refused {seen} times")
    return {bad["id"]} | {one["id"] for batch in some for one in batch}


def check_all(lrss, ids):
    for table in ("events", "events_parsed", "events_problems"):
        rows, unique = sql(f"SELECT count(), uniqExact(event_id) FROM {table} FINAL").split("\t")
        check((int(rows), int(unique)) == (len(ids), len(ids)),
              f"{table} holds {rows} rows of {unique} statements, not {len(ids)}")
    here = "(" + ",".join(f"'{one}'" for one in ids) + ")"
    check(sql(f"SELECT uniqExact(event_id) FROM events WHERE event_id IN {here}") == str(len(ids)), "others' ids")
    for lrs in lrss:
        end = time.monotonic() + PATIENCE_S
        while set(lrs.listed()) != ids and time.monotonic() < end:
            time.sleep(0.2)
        listed = lrs.listed()
        check(len(listed) == len(ids) and set(listed) == ids, f"{len(listed)} of {len(ids)} are listed")
    check(sql("SELECT count() FROM events_problems FINAL", "report", "secret") == str(len(ids)),
          "who reports counts otherwise")
    try:
        sql("INSERT INTO events SELECT * FROM events LIMIT 1", "report", "secret")
        check(False, "who reports may write")
    except RuntimeError:
        pass


def compare_with_ralph(folder, venv, python, some):
    """The rows and views of the same statements, but for what each LRS sets itself."""
    make_tables("theirs")
    other = os.path.join(folder, "ralph's")
    os.mkdir(other)
    folder_of_others(other, "all")  # Ralph 5 refuses other words
    os.remove(os.path.join(other, "logging.yaml"))
    ralph = Lrs(other, "theirs", os.path.join(venv, "bin", "uvicorn"), as_nobody=False).start()
    answers = answers_of(sender(python, [ralph], some))
    ralph.stop()
    taken = [one["id"] for (status, _), batch in zip(answers, some) if status == 200 for one in batch]
    print(f"Ralph took {len(taken)} of {sum(map(len, some))} statements")
    here = "(" + ",".join(f"'{one}'" for one in taken) + ")"
    for columns, view in (("event_id, emission_time", ""), ("*", "_parsed"), ("*", "_problems")):
        query = f"SELECT {columns} FROM {{}}{view} FINAL WHERE event_id IN {here} ORDER BY event_id"
        check(sql(query.format("events")) == sql(query.format("theirs")), f"the rows of Ralph's{view} differ")
    texts = f"SELECT event FROM {{}} FINAL WHERE event_id IN {here} ORDER BY event_id FORMAT JSONCompactEachRow"
    ours, theirs = ([json.loads(json.loads(line)[0]) for line in sql(texts.format(name)).splitlines()]
                    for name in ("events", "theirs"))
    for one in ours + theirs:
        for member in ("stored", "authority", "version"):
            one.pop(member, None)
    check(ours == theirs, "texts differ from Ralph's in more than what an LRS sets")


def run(folder, python, venv):
    folder_of_others(folder)
    sql(f"DROP DATABASE IF EXISTS {DATABASE}", database="default")
    sql(f"CREATE DATABASE {DATABASE}", database="default")
    lrss = [Lrs(folder, "events", os.path.join(folder, "uvicorn")).start() for _ in range(2)]
    wants_its_table(lrss[0])
    make_tables("events")
    prefix = "RALPH_BACKENDS__LRS__CLICKHOUSE__"
    subprocess.run([os.path.join(folder, "ralph"), "migrate", "--create-tables"], check=True, stdout=subprocess.DEVNULL,
                   env=lrss[0].environment | {prefix + "USERNAME": "default", prefix + "PASSWORD": ""})
    for lrs in lrss:
        time.sleep(HEARTBEAT_AGE_S)
        status, text = lrs.call("GET", "/__heartbeat__")
        check(status == 200 and '"ok"' in text, f"with its table the heartbeat says {status} {text}")

    ids = one_statement_that_a_view_refuses(lrss[0], python)
    before, during = batches(0, len(ODD)), batches(100_000, 3 * len(ODD))
    for some in (before, during):
        sending = sender(python, lrss, some)
        if some is during:
            migrate_by_renaming("events", lambda: wants_its_table(lrss[1]))
        answers = answers_of(sending)
        check(len(answers) == len(some), "the sender ended early")
        for n, (status, text) in enumerate(answers):
            check(status == 200, f"batch {n} ({list(ODD)[n % len(ODD)]}): {status} {text[:200]}")
        ids |= {one["id"] for batch in some for one in batch}
    # A sender that is not sure sends again.
    check({status for status, _ in answers_of(sender(python, lrss[::-1], before))} <= {200, 204}, "sent again")
    check_all(lrss, ids)
    check(sql("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'events' AND "
              "partition_key = 'toYYYYMM(emission_time)'") == "1", "the migration's table is another's")
    if venv:
        compare_with_ralph(folder, venv, python, before)
    for lrs in lrss:
        lrs.stop()
    return len(ids)


def main():
    if not ADDRESS:
        print("no clickhouse server is running")
        return 77
    try:
        python = os.path.join(installed("tincan-1.0.0", "tincan==1.0.0"), "python")
    except subprocess.CalledProcessError as error:
        print(f"the sender's client cannot be installed: {error}")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        count = run(folder, python, sys.argv[1] if len(sys.argv) > 1 else None)
    for sentence in faults[:20]:
        print(sentence, file=sys.stderr)
    print(f"{count} statements in the place of Ralph in Aspects, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
