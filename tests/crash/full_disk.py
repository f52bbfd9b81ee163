#!/usr/bin/env python3
"""A disk that cannot take more, played by a limit to the size of files, costs nothing that was
acknowledged: writes are 503, reads go on, the heartbeat says so, and after a start with room again
all is there and can be written to."""

import os
import resource
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
from lectern import Server  # noqa: E402

ROOM = 1024 * 1024
STATEMENTS = "/xAPI/statements"


def batch():
    return [{"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:ada@example.org"},
             "verb": {"id": "http://example.org/did"}, "object": {"id": "http://example.org/it"},
             "context": {"extensions": {"http://example.org/x": uuid.uuid4().hex * 64}}}
            for _ in range(20)]


def heartbeat(server):
    answer = server.call("GET", "/__heartbeat__")
    return answer.status, answer.json


def missing(server, ids):
    return [i for i in ids if server.call("GET", f"{STATEMENTS}?statementId={i}").status != 200]


def main():
    kept = []
    with tempfile.TemporaryDirectory(prefix="lectern-full-") as folder:
        with Server({"LECTERN_ACCESS_LOG": "false"}, backend="embedded", app_dir=folder) as server:
            assert heartbeat(server) == (200, {"database": "ok"})
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
            for _ in range(1000):
                statements = batch()
                answer = server.call("POST", STATEMENTS, statements)
                if answer.status != 200:
                    break
                kept += [one["id"] for one in statements]
            assert answer.status == 503, answer
            assert kept, "nothing was stored before the limit"
            assert heartbeat(server) == (500, {"database": "error"}), heartbeat(server)
            assert not missing(server, kept)
        with Server(backend="embedded", app_dir=folder) as server:
            assert not missing(server, kept)
            assert server.call("POST", STATEMENTS, statements).status == 200
            assert heartbeat(server) == (200, {"database": "ok"})
    print(f"{len(kept)} statements were kept")


if __name__ == "__main__":
    main()
