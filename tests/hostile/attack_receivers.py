"""Receivers of forwarding that never answer, answer for ever, send elsewhere, or are no LRS."""

import hashlib
import json
import os
import time

from harness import STATEMENTS, scenario, statement
from hostile_server import HostileServer


def forwarding_to(fake, timeout_s=2.0):
    return {"RALPH_XAPI_FORWARDINGS": json.dumps([{
        "url": fake.url + "/xAPI/statements", "is_active": True, "basic_username": "u", "basic_password": "p",
        "max_retries": 1, "timeout": timeout_s}])}


@scenario(peak_mib=160, p99_ms=500)
def receivers_gone_wrong(trial):
    """A receiver that is silent, trickles, cuts, sends 100 MB or a head or a body without end, redirects, or says
    200 to everything takes no memory, is asked at most a few times a second, and is believed in nothing."""
    with HostileServer("nothing") as trap, HostileServer("cut", elsewhere=trap.url + "/x") as fake:
        for mode in ("page", "nothing", "silent", "trickle", "cut", "huge", "endless", "headers", "redirect", "again",
                     "busy"):
            fake.mode, before = mode, fake.requests
            with trial.server(forwarding_to(fake)) as server:  # afresh: pauses between attempts grow
                time.sleep(0.3)
                with trial.good_user(server):  # who writes something to send
                    time.sleep(1.5)
                asked = fake.requests - before
                trial.expect(f"{mode}: asked at least once, at most 20 times", 1 <= asked <= 20, asked)
                told = server.call("GET", "/xAPI/extensions/forwarding").json
                trial.expect(f"{mode}: nothing counts as forwarded", told["receivers"][0]["forwarded"] == 0,
                             told["receivers"])
                trial.expect(f"{mode}: nothing becomes a dead letter", not told["dead_letters"], told["dead_letters"])
                began = time.monotonic()
            trial.expect(f"{mode}: SIGTERM ends it within 5 s", time.monotonic() - began <= 5,
                         time.monotonic() - began)
        trial.expect("no redirect is followed", trap.requests == 0, trap.requests)


@scenario(peak_mib=300, p99_ms=500)
def attachments_on_their_way(trial):
    """40 statements of 4 MiB of attachments each are forwarded without being in memory all at once."""
    with HostileServer("again") as fake:
        with trial.server(forwarding_to(fake, 30.0)) as server, trial.good_user(server):
            time.sleep(0.5)
            for _ in range(40):
                content = os.urandom(4 << 20)
                sha2 = hashlib.sha256(content).hexdigest()
                one = statement(attachments=[{"usageType": "http://e.org/u", "display": {"en": "x"}, "sha2": sha2,
                                              "length": len(content), "contentType": "application/octet-stream"}])
                body = (b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode() +
                        b"\r\n--bound\r\nContent-Type: application/octet-stream\r\n"
                        b"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + sha2.encode() +
                        b"\r\n\r\n" + content + b"\r\n--bound--\r\n")
                answer = server.call("POST", STATEMENTS, body,
                                     headers={"Content-Type": "multipart/mixed; boundary=bound"})
                trial.expect("it is stored", answer.status == 200, answer.status)
            before, end = fake.requests, time.monotonic() + 15
            while fake.requests == before and time.monotonic() < end:
                time.sleep(0.2)
            trial.expect("they were sent again and again", fake.requests >= 3, fake.requests)
