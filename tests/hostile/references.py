#!/usr/bin/env python3
"""StatementRefs as an attacker would send them: who refers to a statement with thousands of terms,
who waits by the thousand for one that comes late, who asks for what only the union of terms
matches. Measured beside each attack: a user of another tenant who writes one small statement every
10 ms, and the peak memory of the server. Exit status 1 when a bound is broken.

    tests/hostile/references.py [--full]
"""

import os
import sys
import threading
import time
import uuid
from urllib.parse import quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "api"))
import lectern  # noqa: E402

# The bounds are far above what a quiet machine measures, and far below what an unbounded store takes.
OTHER_TENANT_MS_MAX = 1_500
PEAK_MIB_MAX = 700
ATTACK_S_MAX = 45

ACTIVITY = "http://example.org/activities/"
# The agent of the referring statements with the verb of their target.
IN_VAIN = (
    "/xAPI/statements?agent="
    + quote('{"mbox":"mailto:ada@example.org"}')
    + "&verb=http://example.org/verbs/saw"
)


def statement(agent, obj, verb="did", others=0, prefix="other"):
    made = {
        "id": str(uuid.uuid4()),
        "actor": {"mbox": f"mailto:{agent}@example.org"},
        "verb": {"id": f"http://example.org/verbs/{verb}"},
        "object": obj,
    }
    if others:
        made["context"] = {
            "contextActivities": {"other": [{"id": f"{ACTIVITY}{prefix}{i}"} for i in range(others)]}
        }
    return made


def reference(target, agent="ada"):
    return statement(agent, {"objectType": "StatementRef", "id": target})


def activity(name):
    return {"id": ACTIVITY + name}


def peak_mib(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0


class Neighbour(threading.Thread):
    """The user of another tenant; `worst_ms` of its writes."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server = server
        self.ended = threading.Event()
        self.worst_ms = 0.0
        self.failed = 0

    def run(self):
        while not self.ended.wait(0.01):
            begun = time.monotonic()
            answer = self.server.call(
                "POST", "/xAPI/statements", body=statement("kim", activity("a")), user="other"
            )
            self.worst_ms = max(self.worst_ms, (time.monotonic() - begun) * 1000)
            self.failed += answer.status != 200

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


class Run:
    def __init__(self):
        self.broken = 0

    def check(self, holds, what):
        if not holds:
            self.broken += 1
            print(f"  BROKEN: {what}")

    def post(self, server, statements):
        answer = server.call("POST", "/xAPI/statements", body=statements)
        self.check(answer.status == 200, f"POST of {len(statements)}: {answer.status}")

    def found(self, server, path, pages_max=1_000):
        """How many statements the walk finds, and its pages."""
        count = pages = 0
        while path and pages < pages_max:
            answer = server.call("GET", path)
            if answer.status != 200:
                self.check(False, f"GET {path}: {answer.status}")
                break
            count += len(answer.json["statements"])
            path = answer.json.get("more")
            pages += 1
        return count, pages

    def referring(self, terms, count, target_first):
        """Many statements refer to one with many terms, which comes first or last."""
        with server_of_two() as server, Neighbour(server) as neighbour:
            target = statement("bob", activity("course"), verb="saw", others=terms)
            references = [reference(target["id"]) for _ in range(count)]
            begun = time.monotonic()
            for batch in ([target], references) if target_first else (references, [target]):
                self.post(server, batch)
            took = time.monotonic() - begun
            found, _ = self.found(server, f"/xAPI/statements?related_activities=true&activity={ACTIVITY}other{terms - 1}")
            both, _ = self.found(server, IN_VAIN)
            self.report(f"{terms} terms, {count} referrers, target {'first' if target_first else 'last'}", server, neighbour, took)
            self.check(found == count + 1, f"{found} of {count + 1} are listed")
            self.check(both == 0, f"{both} are listed by terms that no statement has together")

    def union_only(self, count, askers):
        """Many walk at once over statements that only the union of terms matches."""
        with server_of_two() as server:
            target = statement("bob", activity("course"), verb="saw")
            self.post(server, [target])
            for begin in range(0, count, 2_000):
                self.post(server, [reference(target["id"]) for _ in range(min(2_000, count - begin))])
            path = IN_VAIN
            pages = []

            def ask():
                pages.append(self.found(server, path))

            with Neighbour(server) as neighbour:
                begun = time.monotonic()
                threads = [threading.Thread(target=ask) for _ in range(askers)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                took = time.monotonic() - begun
            self.report(f"{askers} walk over {count} that match in vain", server, neighbour, took)
            self.check(all(found == 0 for found, _ in pages), "a walk lists what does not match")
            self.check(all(number > 1 for _, number in pages), "a walk is not cut into pages")

    def report(self, what, server, neighbour, took):
        peak = peak_mib(server)
        print(f"{what}: {took:.2f} s, neighbour at worst {neighbour.worst_ms:.0f} ms, peak {peak} MiB", flush=True)
        self.check(took < ATTACK_S_MAX, f"it took {took:.1f} s")
        self.check(neighbour.worst_ms < OTHER_TENANT_MS_MAX, f"the neighbour waited {neighbour.worst_ms:.0f} ms")
        self.check(neighbour.failed == 0, f"{neighbour.failed} of the neighbour's writes failed")
        self.check(peak < PEAK_MIB_MAX, f"the server took {peak} MiB")


def server_of_two():
    return lectern.Server(users=[lectern.user("janedoe"), lectern.user("other", target="elsewhere")])


def main():
    run = Run()
    full = "--full" in sys.argv
    sizes = [(200, 1_000), (1_000, 2_000), (3_000, 3_000)] if full else [(200, 1_000), (3_000, 3_000)]
    for terms, count in sizes:
        for target_first in (True, False):
            run.referring(terms, count, target_first)
    # Fewer terms than the bound, and more referrers than one append gives them to.
    run.referring(40, 20_000 if full else 5_000, False)
    run.union_only(20_000 if full else 5_000, 34 if full else 8)
    return 1 if run.broken else 0


if __name__ == "__main__":
    sys.exit(main())
