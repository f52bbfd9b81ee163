"""StatementRefs: what one tenant refers to holds up no other tenant, and walks are bounded."""

import json
import time
import uuid
from urllib.parse import quote

from harness import MIB, STATEMENTS, at_once, lectern, packed, scenario, statement

TENANTS = [lectern.user("janedoe"), lectern.user("other", target="other")]
VERB_OF_TARGETS = "http://e.org/of-the-target"
# The agent of those that refer with the verb of their target: only the union of both terms matches.
ONLY_THE_UNION = f"{STATEMENTS}?agent=" + quote('{"mbox":"mailto:union@e.org"}') + f"&verb={VERB_OF_TARGETS}"


def target_of(terms):
    others = [{"id": f"http://e.org/term/{i}"} for i in range(terms)]
    return statement(verb={"id": VERB_OF_TARGETS}, context={"contextActivities": {"other": others}})


def referring(id):
    return statement(actor={"mbox": "mailto:union@e.org"}, object={"objectType": "StatementRef", "id": id})


def by_term(i):
    return f"{STATEMENTS}?activity=http://e.org/term/{i}&related_activities=true&limit=100"


def store(trial, server, what, batch, most_s=None):
    body = json.dumps(batch)
    began = time.monotonic()
    answer = server.call("POST", STATEMENTS, body, headers={"Content-Type": "application/json"}, timeout=120)
    trial.expect(f"{what}: stored", answer.status == 200, answer)
    if most_s:
        trial.within(what, time.monotonic() - began, most_s)


def walked(server, path):
    """How many statements a walk finds, and its pages."""
    count = pages = 0
    while path:
        answer = server.call("GET", path, timeout=120)
        assert answer.status == 200, answer
        count += len(answer.json["statements"])
        path = answer.json.get("more")
        pages += 1
    return count, pages


@scenario(peak_mib=500, p99_ms=500)
def references_to_many_terms(trial):
    """3,000 references to a statement of 3,000 terms, in both orders, hold up no writer of another tenant,
    and queries find what a store without bounds would."""
    for target_first in (True, False):
        with trial.server(users=TENANTS) as server:
            target = target_of(3000)
            batches = {"their target": [target], "3,000 references": [referring(target["id"]) for _ in range(3000)]}
            with trial.good_user(server, user="other"), trial.neighbour(server, "other", 2000):
                for what in batches if target_first else reversed(batches):
                    store(trial, server, what, batches[what], 10)
            found, _ = walked(server, by_term(2999))
            trial.expect("a query by the last term finds all", found == 3001, found)
            found, _ = walked(server, ONLY_THE_UNION)
            trial.expect("terms that no statement has together list nothing", found == 0, found)


@scenario(peak_mib=500, p99_ms=500)
def many_references_to_a_late_target(trial):
    """20,000 references in batches of 2,000, then their target of 40 terms, hold up no writer of another tenant."""
    with trial.server(users=TENANTS) as server:
        target = target_of(40)
        batches = [[referring(target["id"]) for _ in range(2000)] for _ in range(10)]
        with trial.neighbour(server, "other", 1000):
            for batch in batches:
                store(trial, server, "2,000 references", batch, 10)
        with trial.neighbour(server, "other", 1000):
            store(trial, server, "their target", [target], 10)
        found, _ = walked(server, by_term(39))
        trial.expect("a query by the last term finds all", found == 20001, found)


@scenario(peak_mib=500, p99_ms=500)
def large_batches(trial):
    """Batches of 10,000 statements with 20 terms and more each hold up no writer of another tenant."""
    with trial.server(users=TENANTS) as server:
        batches = [[target_of(20) for _ in range(10000)] for _ in range(3)]
        began = time.monotonic()
        with trial.neighbour(server, "other", 5000) as neighbour:
            for batch in batches:
                store(trial, server, "10,000 statements", batch, 100)
        # On any machine: in one commit a batch would hold the neighbour up for half of the time that it takes.
        batch_ms = (time.monotonic() - began) * 1000 / len(batches)
        trial.expect("the neighbour never waits for an eighth of a batch", neighbour["max_ms"] <= max(100, batch_ms / 8),
                     (neighbour["max_ms"], batch_ms))


@scenario(peak_mib=400, p99_ms=1000)
def queries_that_only_the_union_matches(trial):
    """20,000 references whose own agent and whose target's verb match only together; 34 walks by both at once."""
    with trial.server(users=TENANTS) as server:
        target = target_of(1)
        store(trial, server, "the target", [target])
        for _ in range(10):
            store(trial, server, "2,000 references", [referring(target["id"]) for _ in range(2000)])
        with trial.good_user(server, user="other"):
            began = time.monotonic()
            answers = at_once(34, lambda _: server.call("GET", ONLY_THE_UNION, timeout=120))
            seconds = time.monotonic() - began
        rows = [len(a.json["statements"]) if getattr(a, "status", 0) == 200 else a for a in answers]
        trial.expect("each is answered, with nothing", all(r == 0 or getattr(r, "status", 0) == 503 for r in rows), rows)
        trial.within("34 at once", seconds, 30)
        found, pages = walked(server, ONLY_THE_UNION)
        trial.expect("a walk to the end finds nothing, in pages", found == 0 and pages > 1, (found, pages))


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
            store(trial, server, what, batch, 5)


@scenario(peak_mib=400)
def references_to_long_statements(trial):
    """16 references to statements of 20 MB each, which a query has to follow, read one after the other."""
    with trial.server() as server:
        for _ in range(16):
            target = statement(verb={"id": VERB_OF_TARGETS},
                               context={"extensions": {"http://e.org/long": "x" * (20 * MIB)}})
            answer = server.call("POST", STATEMENTS, packed(json.dumps(target).encode()), timeout=120,
                                 headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
            trial.expect("a long one is stored", answer.status == 200, answer.status)
            store(trial, server, "a reference", [referring(target["id"])])
        found, pages = walked(server, ONLY_THE_UNION)
        trial.expect("terms that no statement has together list nothing", found == 0, found)
        trial.note(f"{pages} pages")
