#!/usr/bin/env python3
"""Descriptors that run out while the store needs a new file cost nothing that was acknowledged, and the
store goes on by itself when there are some again: writes are 503 and the heartbeat says so, then both
are well, in the same process."""

import os
import resource
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
from lectern import Server  # noqa: E402

STATEMENTS = "/xAPI/statements"


def batch():
    return [{"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:ada@example.org"},
             "verb": {"id": "http://example.org/did"}, "object": {"id": "http://example.org/it"},
             "context": {"extensions": {"http://example.org/x": uuid.uuid4().hex * 640}}}
            for _ in range(60)]


def descriptors(pid):
    return [int(name) for name in os.listdir(f"/proc/{pid}/fd")]


def main():
    kept = []
    with tempfile.TemporaryDirectory(prefix="lectern-few-") as folder:
        with Server({"LECTERN_ACCESS_LOG": "false"}, backend="embedded", app_dir=folder) as server:
            pid = server.process.pid
            before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            assert server.call("POST", STATEMENTS, batch()).status == 200
            # Room for two connections at once, none for another file.
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(descriptors(pid)) + 2, before[1]))
            for _ in range(400):
                statements = batch()
                answer = server.call("POST", STATEMENTS, statements)
                if answer.status != 200:
                    break
                kept += [one["id"] for one in statements]
            assert answer.status == 503, answer
            assert kept, "nothing was stored before"
            assert server.call("GET", "/__heartbeat__").status == 500
            time.sleep(1)
            assert server.call("POST", STATEMENTS, statements).status == 503
            assert server.call("GET", f"{STATEMENTS}?statementId={kept[0]}").status == 200, "reads go on"
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
            began = time.monotonic()
            while server.call("GET", "/__heartbeat__").status != 200:
                assert time.monotonic() - began < 60, "the store does not go on"
                time.sleep(0.1)
            took = time.monotonic() - began
            assert server.call("POST", STATEMENTS, statements).status == 200
            assert server.process.poll() is None
            kept += [one["id"] for one in statements]
            lost = [i for i in kept if server.call("GET", f"{STATEMENTS}?statementId={i}").status != 200]
            assert not lost, f"{len(lost)} acknowledged statements are lost"
        with Server(backend="embedded", app_dir=folder) as server:
            lost = [i for i in kept if server.call("GET", f"{STATEMENTS}?statementId={i}").status != 200]
            assert not lost, f"{len(lost)} acknowledged statements are lost after a start"
    print(f"{len(kept)} statements were kept; the store went on {took:.1f} s after there were descriptors")


if __name__ == "__main__":
    main()
