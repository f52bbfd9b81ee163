#!/usr/bin/env python3
"""Forwarding: kills the sender and the receiver at random under load, and ends with both stores equal;
then what a receiver refuses, and two that forward to each other: kill_both.py [ROUNDS]"""

import hashlib
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

PAGE = {"RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "1000"}


def forwardings(*ports):
    return json.dumps([{"url": f"http://127.0.0.1:{port}/xAPI/statements", "is_active": True,
                        "basic_username": "janedoe", "basic_password": "supersecret", "max_retries": 1,
                        "timeout": 5.0} for port in ports])


def statement(**more):
    return {"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "http://example.org/v"},
            "object": {"id": "http://example.org/o"}, **more}


def with_attachment():
    content = os.urandom(2000)
    sha2 = hashlib.sha256(content).hexdigest()
    one = statement(attachments=[{"usageType": "http://example.org/u", "display": {"en": "x"}, "sha2": sha2,
                                  "contentType": "application/octet-stream", "length": len(content)}])
    body = (b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode() +
            b"\r\n--bound\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
            b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--bound--\r\n")
    return one["id"], body, content


def voiding(target):
    return statement(verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
                     object={"objectType": "StatementRef", "id": target})


def write(server, stop, acknowledged):
    while not stop.is_set():
        try:
            kind = random.randrange(10)
            if kind == 0:
                id, body, _ = with_attachment()
                answer = server.call("POST", "/xAPI/statements", body, timeout=5,
                                     headers={"Content-Type": "multipart/mixed; boundary=bound"})
                ids = [id]
            else:
                batch = [statement() for _ in range(5)]
                if kind == 1 and acknowledged:
                    batch.append(voiding(random.choice(acknowledged)))
                ids = [s["id"] for s in batch]
                answer = server.call("POST", "/xAPI/statements", batch, timeout=5,
                                     version=random.choice(["1.0.3", "2.0.0"]))
            if answer.status == 200:
                acknowledged += ids
        except Exception:  # killed: the next round goes on
            time.sleep(0.05)


def state(server):
    """Every statement by id, as far as both sides must agree."""
    found, path = {}, "/xAPI/statements?attachments=false&limit=1000"
    while path:
        answer = server.call("GET", path)
        assert answer.status == 200, answer
        for s in answer.json["statements"]:
            found[s["id"]] = {k: v for k, v in s.items() if k not in ("stored", "authority")}
        path = answer.json["more"]
    return found


def wait(condition, what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


def lag(server):
    answer = server.call("GET", "/xAPI/extensions/forwarding").json
    return [r["lag_ms"] for r in answer["receivers"]], answer


def test_kills(rounds):
    receiver = lectern.Server(PAGE, backend="embedded").start()
    sender = lectern.Server({**PAGE, "RALPH_XAPI_FORWARDINGS": forwardings(receiver.port)}, backend="embedded").start()
    wait(lambda: sender.call("GET", "/metrics").body.count(b"lectern_forwarding_lag_seconds{") == 1, "the lag metric")
    time.sleep(0.3)
    acknowledged, stop = [], threading.Event()
    writers = [threading.Thread(target=write, args=(sender, stop, acknowledged)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(rounds):
        time.sleep(random.uniform(0.3, 1.0))  # the moment of the kill is what is tried
        for victim in random.choice([[sender], [receiver], [sender, receiver]]):
            victim.process.kill()
            victim.process.wait()
            victim.log.close()
            victim.start()
    stop.set()
    for writer in writers:
        writer.join()
    wait(lambda: set(state(sender)) == set(state(receiver)), "both stores have the same statements")
    ours, theirs = state(sender), state(receiver)
    for id in ours:
        assert ours[id] == theirs[id], f"{ours[id]} became {theirs[id]}"
    for id in random.sample(acknowledged, 200 if len(acknowledged) > 200 else len(acknowledged)):
        for kind in ("statementId", "voidedStatementId"):
            statuses = [s.call("GET", f"/xAPI/statements?{kind}={id}").status for s in (sender, receiver)]
            assert statuses[0] == statuses[1], f"{kind}={id}: {statuses}"
    attached = next(i for i, s in ours.items() if "attachments" in s)
    query = f"/xAPI/statements?statementId={attached}&attachments=true"
    bodies = [s.call("GET", query).body.split(b"\r\n\r\n")[-1][:2000] for s in (sender, receiver)]
    assert bodies[0] == bodies[1] and len(bodies[0]) == 2000, "the attachment did not come along"
    print(f"{rounds} kills, {len(acknowledged)} statements acknowledged, {len(ours)} listed on both sides")
    return sender, receiver


def test_refused(sender, receiver):
    """A statement that the receiver refuses for good is a dead letter; the others go on."""
    odd = statement()
    receiver.call("POST", "/xAPI/statements", {**odd, "verb": {"id": "http://example.org/other"}})
    later = statement()
    sender.call("POST", "/xAPI/statements", [odd, later])
    wait(lambda: receiver.call("GET", f"/xAPI/statements?statementId={later['id']}").status == 200, "the next one arrives")
    wait(lambda: [d["statement"] for d in lag(sender)[1]["dead_letters"]] == [odd["id"]], "the dead letter")
    assert lag(sender)[1]["dead_letters"][0]["status"] == 409
    assert sender.call("POST", "/xAPI/extensions/forwarding/replay").json == {"taken": 0}
    print("what is refused for good is kept as a dead letter")


def test_loop():
    """Two that forward to each other come to rest."""
    a, b = lectern.Server(PAGE, backend="embedded"), lectern.Server(PAGE, backend="embedded")
    a.settings["RALPH_XAPI_FORWARDINGS"] = forwardings(b.port)
    b.settings["RALPH_XAPI_FORWARDINGS"] = forwardings(a.port)
    with a, b:
        time.sleep(0.5)
        for server in (a, b):
            server.call("POST", "/xAPI/statements", [statement() for _ in range(20)])
        wait(lambda: len(state(a)) == len(state(b)) == 40, "both have all")
        time.sleep(1.5)
        sent = [sum(r["forwarded"] for r in lag(s)[1]["receivers"]) for s in (a, b)]
        time.sleep(1.5)
        assert sent == [sum(r["forwarded"] for r in lag(s)[1]["receivers"]) for s in (a, b)], "they do not rest"
        assert len(state(a)) == len(state(b)) == 40
    print(f"two that forward to each other come to rest after {sent} statements")


def main():
    sender, receiver = test_kills(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
    test_refused(sender, receiver)
    for server in (sender, receiver):
        server.stop()
        shutil.rmtree(server.app_dir)
    test_loop()


if __name__ == "__main__":
    main()
