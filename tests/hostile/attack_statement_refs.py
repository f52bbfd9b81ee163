"""StatementRefs: what one tenant refers to holds up no other tenant, and walks are bounded."""

import json
import threading
import time
import uuid

from harness import STATEMENTS, at_once, lectern, scenario, statement

VERB = "http://e.org/refers"
TENANTS = [lectern.user("janedoe"), lectern.user("other", target="other")]


def target_of(terms, id=None):
    others = [{"id": f"http://e.org/term/{i}"} for i in range(terms)]
    return {**statement(context={"contextActivities": {"other": others}}), **({"id": id} if id else {})}


def referring(id):
    return statement(verb={"id": VERB}, object={"objectType": "StatementRef", "id": id})


class Meanwhile:
    """The longest that a user of another tenant waits for one small write while the block runs."""

    def __init__(self, server):
        self.server, self.slowest_s, self.statuses = server, 0.0, set()

    def __enter__(self):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.write)
        self.thread.start()
        return self

    def write(self):
        while not self.stop.wait(0.02):
            began = time.monotonic()
            self.statuses.add(self.server.call("POST", STATEMENTS, statement(), user="other", timeout=120).status)
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


@scenario(peak_mib=500, p99_ms=500)
def references_to_many_terms(trial):
    """1,500 references to a statement of 1,000 terms, in both orders, hold up no writer of another tenant."""
    with trial.server(users=TENANTS) as server:
        first, second = target_of(1000), str(uuid.uuid4())
        assert server.call("POST", STATEMENTS, first).status == 200
        batches = {"references behind their target": [referring(first["id"]) for _ in range(1500)],
                   "references before it": [referring(second) for _ in range(1500)],
                   "the target behind them": [target_of(1000, second)]}
        with trial.good_user(server, user="other"):
            for what, batch in batches.items():
                with Meanwhile(server) as meanwhile:
                    began = time.monotonic()
                    answer = server.call("POST", STATEMENTS, batch, timeout=120)
                    seconds = time.monotonic() - began
                trial.expect(f"{what}: stored", answer.status == 200, answer.status)
                trial.expect("the other tenant is always served", meanwhile.statuses <= {200}, meanwhile.statuses)
                trial.within(what, seconds, 5)
                trial.within(f"{what}: another tenant's write", meanwhile.slowest_s, 1)
        # The bound on what is taken over changes no answer: each of them is found by any term.
        for one in (first["id"], second):
            target = f"http://e.org/term/{997}"
            found = server.call("GET", f"{STATEMENTS}?activity={target}&related_activities=true&limit=100", timeout=120)
            trial.expect("a query by a late term finds referrers", found.status == 200 and
                         len(found.json["statements"]) == 100, (found.status, one))


@scenario(peak_mib=400, p99_ms=1000)
def queries_that_only_the_union_matches(trial):
    """20,000 references whose own agent and whose target's verb match only together; 34 queries for both at once."""
    with trial.server(users=TENANTS) as server:
        target = statement(verb={"id": "http://e.org/of-the-target"})
        server.call("POST", STATEMENTS, target)
        for _ in range(20):
            batch = [{**referring(target["id"]), "actor": {"mbox": "mailto:union@e.org"}} for _ in range(1000)]
            assert server.call("POST", STATEMENTS, batch, timeout=120).status == 200
        agent = "%7B%22mbox%22:%22mailto:union@e.org%22%7D"
        query = f"{STATEMENTS}?agent={agent}&verb=http://e.org/of-the-target"
        with trial.good_user(server, user="other"):
            began = time.monotonic()
            answers = at_once(34, lambda _: server.call("GET", query, timeout=120))
            seconds = time.monotonic() - began
        rows = [len(a.json["statements"]) if getattr(a, "status", 0) == 200 else a for a in answers]
        trial.expect("each is answered, with nothing", all(r == 0 or getattr(r, "status", 0) == 503 for r in rows), rows)
        trial.within("34 at once", seconds, 30)


@scenario(peak_mib=300)
def chains_and_cycles(trial):
    """A chain of 2,000 references, a cycle of 500 and a voiding in the middle stay cheap."""
    with trial.server() as server:
        chain = [statement()]
        for _ in range(2000):
            chain.append(referring(chain[-1]["id"]))
        ids = [str(uuid.uuid4()) for _ in range(500)]
        cycle = [{**referring(ids[(i + 1) % 500]), "id": ids[i]} for i in range(500)]
        voiding = statement(verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
                            object={"objectType": "StatementRef", "id": chain[0]["id"]})
        for what, batch in (("the chain", chain), ("the cycle", cycle), ("the voiding", [voiding])):
            began = time.monotonic()
            answer = server.call("POST", STATEMENTS, json.dumps(batch), headers={"Content-Type": "application/json"},
                                 timeout=120)
            trial.expect(f"{what} is stored", answer.status == 200, answer)
            trial.within(what, time.monotonic() - began, 5)
