#!/usr/bin/env python3
"""Kills the server with SIGKILL under load, opens it again, and compares what is there with what was
acknowledged: kill_server.py [ROUNDS]. Every acknowledged statement must be there; of every batch,
acknowledged or not, all or nothing."""

import json
import os
import random
import shutil
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
import lectern

WRITERS = 4
BATCH = 10


def batch():
    return [{"id": str(uuid.uuid4()), "actor": {"mbox": f"mailto:u{random.randrange(50)}@example.org"},
             "verb": {"id": "http://example.org/v"}, "object": {"id": "http://example.org/o"}} for _ in range(BATCH)]


def write(server, sent, acknowledged, stop):
    while not stop.is_set():
        statements = batch()
        ids = [s["id"] for s in statements]
        sent.append(ids)
        try:
            if server.call("POST", "/xAPI/statements", statements, timeout=10).status == 200:
                acknowledged.append(ids)
        except Exception:  # the server was killed: that is the point
            return


def everything(server):
    found, path = [], "/xAPI/statements?limit=1000"
    while path:
        answer = server.call("GET", path)
        assert answer.status == 200, answer
        found += [s["id"] for s in answer.json["statements"]]
        path = answer.json["more"]
    return found


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    server = lectern.Server({"RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "1000"}, backend="embedded")
    sent, acknowledged = [], []
    reopened_most = 0.0
    for number in range(rounds):
        begin = time.monotonic()
        server.start()
        reopened_most = max(reopened_most, time.monotonic() - begin)
        stop = threading.Event()
        writers = [threading.Thread(target=write, args=(server, sent, acknowledged, stop)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.2, 1.0))  # the moment of the kill is what is tried
        server.process.kill()
        stop.set()
        for writer in writers:
            writer.join()
        server.process.wait()
        server.log.close()
    server.start()
    found = everything(server)
    server.stop()
    there = set(found)
    lost = [i for ids in acknowledged for i in ids if i not in there]
    halves = [ids for ids in sent if 0 < sum(i in there for i in ids) < len(ids)]
    assert len(found) == len(there), "a statement is listed twice"
    assert not lost, f"{len(lost)} acknowledged statements are lost"
    assert not halves, f"{len(halves)} batches are half there"
    assert acknowledged, "nothing was acknowledged"
    print(f"{rounds} kills, {len(acknowledged) * BATCH} statements acknowledged, {len(found)} there, none lost; "
          f"open again within {reopened_most:.2f} s")
    shutil.rmtree(server.app_dir)


if __name__ == "__main__":
    main()
