#!/usr/bin/env python3
"""Runs the scenario tables on the database that tests/servers/run.sh has started: on_backend.py
mongo|clickhouse|es|opensearch [follow.py]: another program in place of the tables. Exit 77 where it has started none."""

import json
import os
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))

# A database of its own for each run, so that nothing is there at its start.
FRESH = "t" + uuid.uuid4().hex[:12]


def settings(backend, host, port):
    prefix = "RALPH_BACKENDS__LRS__"
    if backend == "mongo":
        return {"RALPH_RUNSERVER_BACKEND": "mongo",
                prefix + "MONGO__CONNECTION_URI": f"mongodb://{host}:{port}/",
                prefix + "MONGO__DEFAULT_DATABASE": FRESH}
    if backend == "clickhouse":
        return {"RALPH_RUNSERVER_BACKEND": "clickhouse", prefix + "CLICKHOUSE__HOST": host,
                prefix + "CLICKHOUSE__PORT": port, prefix + "CLICKHOUSE__DATABASE": FRESH,
                prefix + "CLICKHOUSE__CREATE_EVENT_TABLE": "true"}  # by Ralph's name it is not
    if backend == "clickhouse_and_mongo":  # statements in one, documents in the other
        return {**settings("clickhouse", host, port),
                "LECTERN_STORE_DOCUMENTS": f"mongodb://{os.environ['LECTERN_TEST_MONGO']}/{FRESH}"}
    return {"RALPH_RUNSERVER_BACKEND": "es", prefix + "ES__HOSTS": f"http://{host}:{port}",
            prefix + "ES__DEFAULT_INDEX": FRESH, prefix + "ES__ALLOW_YELLOW_STATUS": "true"}


def settings_here(backend):
    """Those of a backend on the server that runs for it; ends the program with 77 where none does."""
    server = {"es": "elasticsearch", "clickhouse_and_mongo": "clickhouse"}.get(backend, backend)
    address = os.environ.get("LECTERN_TEST_" + server.upper())
    if not address:
        print(f"no {server} server is running")
        sys.exit(77)
    return settings(backend, *address.rsplit(":", 1))


def main():
    backend = sys.argv[1]
    chosen = settings_here(backend)
    environment = dict(os.environ, LECTERN_TEST_BACKEND=chosen["RALPH_RUNSERVER_BACKEND"],
                       LECTERN_TEST_SETTINGS=json.dumps(chosen))
    tables = ["documents", "attachments"] if backend == "clickhouse_and_mongo" else []
    program = sys.argv[2] if len(sys.argv) > 2 else "run.py"
    os.execve(sys.executable, [sys.executable, os.path.join(HERE, program), *tables], environment)


if __name__ == "__main__":
    sys.exit(main())
