#!/usr/bin/env python3
"""Two servers on one database, with clients spread over both, and one of them killed and started
again in the middle: nothing acknowledged is lost or doubled, walks are complete while others write,
and of two statements that race for one id all readers see the same one. two_servers.py
mongo|clickhouse|es|opensearch. Exit 77 where no such database runs."""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import uuid

from lectern import Server
from on_backend import settings_here

WRITERS = 6
BATCHES = 25  # of each writer
BATCH = 10
RACES = 30
PATIENCE_S = 60


def statement(identifier, name):
    return {"id": identifier, "actor": {"mbox": f"mailto:{name}@example.org"},
            "verb": {"id": "https://example.org/verb/did"},
            "object": {"id": "https://example.org/activity/thing"}}


class Trial:
    def __init__(self, servers):
        self.servers = servers
        self.lock = threading.Lock()
        self.acknowledged = set()  # ids; guarded by lock
        self.faults = []  # sentences; guarded by lock
        self.writing = True

    def fault(self, sentence):
        with self.lock:
            self.faults.append(sentence)

    def insist(self, at, method, path, body=None, accepted=(200, 204)):
        """Sends until there is an answer other than 503, to the other server after a failure, as a
        careful client would. Returns the answer and which server gave it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                answer = self.servers[at].call(method, path, body)
                if answer.status != 503:
                    if answer.status not in accepted:
                        self.fault(f"{method} {path}: {answer}")
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            at = 1 - at
            time.sleep(0.05)
        raise TimeoutError(f"{method} {path}: no answer in {PATIENCE_S} s")

    def write(self, number):
        choice = random.Random(number)
        for _ in range(BATCHES):
            ids = [str(uuid.UUID(int=choice.getrandbits(128), version=4)) for _ in range(BATCH)]
            batch = [statement(one, f"writer{number}") for one in ids]
            at = choice.randrange(2)
            answer = self.insist(at, "POST", "/xAPI/statements", batch)
            if answer.json != ids:
                self.fault(f"a batch was answered by {answer}")
            with self.lock:
                self.acknowledged.update(ids)
            if choice.random() < 0.3:  # sent again, as after a lost answer
                self.insist(1 - at, "POST", "/xAPI/statements", batch)

    def walk(self, at, path="/xAPI/statements?limit=40"):
        """All statements, each page from the other server; and how far the first page reached."""
        seen, reached = [], None
        while path:
            answer = self.insist(at, "GET", path)
            reached = reached or answer.headers["x-experience-api-consistent-through"]
            seen += answer.json["statements"]
            path = answer.json["more"]
            at = 1 - at
        return seen, reached

    def keep_walking(self):
        walks = []
        while self.writing:
            walks.append(self.walk(len(walks) % 2))
        return walks

    def race(self, number):
        """Two statements under one id, through both servers at once."""
        identifier = str(uuid.uuid4())
        answers = [None, None]

        def put(at):
            answers[at] = self.servers[at].call(
                "PUT", f"/xAPI/statements?statementId={identifier}",
                statement(identifier, f"racer{at}")).status

        threads = [threading.Thread(target=put, args=(at,)) for at in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if sorted(answers) != [204, 409]:
            self.fault(f"race {number} was answered by {answers}")
        kept = {self.insist(at, "GET", f"/xAPI/statements?statementId={identifier}").body
                for at in (0, 1, 0, 1)}
        if len(kept) != 1:
            self.fault(f"race {number}: readers see {len(kept)} different statements")
        with self.lock:
            self.acknowledged.add(identifier)

    def check_walks(self, walks, everything):
        for seen, reached in walks:
            ids = [one["id"] for one in seen]
            if len(ids) != len(set(ids)):
                self.fault("a walk gave a statement twice")
            missing = {one["id"] for one in everything if one["stored"] <= reached} - set(ids)
            if missing:
                self.fault(f"a walk up to {reached} left out {len(missing)} statements")


def settled_walk(trial, at):
    """A walk that begins when every write has become visible to lists."""
    last = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        seen, reached = trial.walk(at)
        if reached >= last:
            return seen
        time.sleep(0.2)
    raise TimeoutError(f"lists do not reach {last}")


def run(trial):
    writers = [threading.Thread(target=trial.write, args=(n,)) for n in range(WRITERS)]
    walks = []
    walker = threading.Thread(target=lambda: walks.extend(trial.keep_walking()))
    for number in range(RACES):
        trial.race(number)
    for thread in [*writers, walker]:
        thread.start()
    time.sleep(1)
    trial.servers[1].stop(signal.SIGKILL)
    time.sleep(1)
    trial.servers[1].start()
    for thread in writers:
        thread.join()
    trial.writing = False
    walker.join()
    everything = settled_walk(trial, 0)
    ids = [one["id"] for one in everything]
    if len(ids) != len(set(ids)):
        trial.fault("a statement is listed twice")
    if set(ids) != trial.acknowledged:
        trial.fault(f"{len(trial.acknowledged - set(ids))} acknowledged statements are lost, "
                    f"{len(set(ids) - trial.acknowledged)} are nobody's")
    if settled_walk(trial, 1) != everything:
        trial.fault("the two servers list different things")
    trial.check_walks(walks, everything)
    return len(everything), len(walks)


def main():
    backend = sys.argv[1]
    chosen = settings_here(backend)
    name = chosen["RALPH_RUNSERVER_BACKEND"]
    with Server(chosen, backend=name) as first, Server(chosen, backend=name) as second:
        trial = Trial([first, second])
        statements, walks = run(trial)
    for sentence in trial.faults[:20]:
        print(sentence, file=sys.stderr)
    print(f"{backend}: {statements} statements through two servers, {walks} walks meanwhile, "
          f"{len(trial.faults)} faults")
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main())
