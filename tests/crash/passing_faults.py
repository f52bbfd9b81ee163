#!/usr/bin/env python3
"""passing_faults.py [disk|descriptors]: a disk that cannot take more (played by a limit to the size of
files) and descriptors that run out while the store needs a new file cost nothing that was acknowledged.
Writes are 503, reads go on, the heartbeat says so; and when the fault is over the store goes on by
itself, in the same process. After a start all is there."""

import os
import resource
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
from lectern import Server  # noqa: E402

STATEMENTS = "/xAPI/statements"
FILE_BYTES = 8 * 1024 * 1024
PATIENCE_S = 60


def batch():
    """0.6 MB that cannot be packed, so that the store soon needs another file."""
    return [{"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:ada@example.org"},
             "verb": {"id": "http://example.org/did"}, "object": {"id": "http://example.org/it"},
             "context": {"extensions": {"http://example.org/x": os.urandom(10 * 1024).hex()}}}
            for _ in range(60)]


def no_room(pid):
    return resource.RLIMIT_FSIZE, FILE_BYTES


def no_descriptors(pid):
    """Room for two connections at once, none for another file."""
    return resource.RLIMIT_NOFILE, max(int(name) for name in os.listdir(f"/proc/{pid}/fd")) + 2


FAULTS = {"disk": no_room, "descriptors": no_descriptors}


def heartbeat(server):
    answer = server.call("GET", "/__heartbeat__")
    return answer.status, answer.json


def missing(server, ids):
    return [i for i in ids if server.call("GET", f"{STATEMENTS}?statementId={i}").status != 200]


def store_until_refused(server, kept):
    for _ in range(400):
        statements = batch()
        answer = server.call("POST", STATEMENTS, statements)
        if answer.status != 200:
            break
        kept += [one["id"] for one in statements]
    assert answer.status == 503, answer
    assert kept, "nothing was stored before"
    return statements


def seconds_until_well(server):
    began = time.monotonic()
    while heartbeat(server)[0] != 200:
        assert time.monotonic() - began < PATIENCE_S, "the store does not go on"
        time.sleep(0.1)
    return time.monotonic() - began


def check(fault):
    kept = []
    with tempfile.TemporaryDirectory(prefix="lectern-fault-") as folder:
        with Server({"LECTERN_ACCESS_LOG": "false"}, backend="embedded", app_dir=folder) as server:
            pid = server.process.pid
            assert heartbeat(server) == (200, {"database": "ok"})
            limit, most = FAULTS[fault](pid)
            before = resource.prlimit(pid, limit)
            resource.prlimit(pid, limit, (most, before[1]))
            statements = store_until_refused(server, kept)
            time.sleep(0.2)  # the heartbeat may tell what was seen 0.1 s ago
            assert heartbeat(server) == (500, {"database": "error"}), heartbeat(server)
            time.sleep(1)  # it tries to go on meanwhile, and must not
            assert server.call("POST", STATEMENTS, statements).status == 503
            assert not missing(server, kept[:20]), "reads go on"
            resource.prlimit(pid, limit, before)
            took = seconds_until_well(server)
            assert server.call("POST", STATEMENTS, statements).status == 200
            assert server.process.poll() is None
            kept += [one["id"] for one in statements]
            assert not missing(server, kept), "acknowledged statements are lost"
        with Server(backend="embedded", app_dir=folder) as server:
            assert not missing(server, kept), "acknowledged statements are lost after a start"
            assert server.call("POST", STATEMENTS, batch()).status == 200
            assert heartbeat(server) == (200, {"database": "ok"})
    print(f"{fault}: {len(kept)} statements were kept; the store went on {took:.1f} s after the fault was over")


def main():
    for fault in sys.argv[1:] or FAULTS:
        check(fault)


if __name__ == "__main__":
    main()
