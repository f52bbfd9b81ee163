"""Identity providers that never answer, answer for ever, or send elsewhere."""

import json
import time
import uuid

from harness import at_once, scenario
from hostile_server import HostileServer


def oidc(fake, **more):
    return {"RALPH_RUNSERVER_AUTH_BACKENDS": "basic,oidc", "RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI": fake.url, **more}


def bearers(server, count):
    return at_once(count, lambda i: server.call("GET", "/whoami", headers={"Authorization": f"Bearer x.{uuid.uuid4().hex}.z"},
                                                user=None, timeout=60).status)


@scenario(peak_mib=200, p99_ms=800)
def providers_gone_wrong(trial):
    """A provider whose discovery hangs, trickles, is huge or elsewhere stops nobody: 64 bearers at once,
    and a Basic user beside them."""
    with HostileServer("nothing") as trap, HostileServer("silent", elsewhere=trap.url + "/x") as fake:
        with trial.server(oidc(fake)) as server, trial.good_user(server):
            for mode in ("silent", "trickle", "huge", "headers", "redirect", "page"):
                fake.mode = mode
                before, began, slowest = fake.requests, time.monotonic(), 0.0
                while time.monotonic() < began + 1.5:
                    statuses = bearers(server, 64)
                    trial.expect(f"{mode}: bearers are told 401 or 503", set(statuses) <= {401, 503}, set(statuses))
                    probe = time.monotonic()
                    server.call("GET", "/__lbheartbeat__", user=None)
                    slowest = max(slowest, time.monotonic() - probe)
                trial.expect(f"{mode}: /__lbheartbeat__ within 0.5 s", slowest <= 0.5, slowest)
                trial.expect(f"{mode}: the provider is asked at most 20 times", fake.requests - before <= 20,
                             fake.requests - before)
        trial.expect("no redirect is followed", trap.requests == 0, trap.requests)


def metadata(fake):
    text = json.dumps({"issuer": fake.url, "jwks_uri": fake.url + "/keys", "introspection_endpoint": fake.url + "/i",
                       "userinfo_endpoint": fake.url + "/u"}).encode()
    return b"200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text


@scenario(peak_mib=200, p99_ms=800)
def introspection_gone_wrong(trial):
    """Once discovery has answered, introspection that hangs, is endless, elsewhere or refuses our own secret stops
    nobody, and no token is taken for good."""
    with HostileServer("nothing") as trap, HostileServer("nothing", elsewhere=trap.url + "/x") as fake:
        fake.mode = metadata(fake)
        settings = oidc(fake, RALPH_RUNSERVER_AUTH_OIDC_CLIENT_ID="lectern",
                        RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET="secret")
        with trial.server(settings) as server:
            first = bearers(server, 1)
            trial.expect("what is no introspection is refused", set(first) <= {401, 503}, first)
            unauthorized = b"401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
            with trial.good_user(server):
                for mode in ("silent", "endless", "cut", "redirect", "busy", "page", unauthorized):
                    fake.mode = mode
                    statuses = bearers(server, 64)
                    wanted = {503} if mode == unauthorized else {401, 503}
                    trial.expect(f"{mode}: bearers are told {wanted}", set(statuses) <= wanted, set(statuses))
            # A refused token is remembered for a moment.
            inactive = b'{"active": false}'
            fake.mode = b"200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(inactive) + inactive
            before = fake.requests
            for _ in range(50):
                server.call("GET", "/whoami", headers={"Authorization": "Bearer one-and-the-same"}, user=None)
            trial.note(f"50 times the same refused token: {fake.requests - before} introspections")
            trial.expect("50 times the same refused token are at most 10 introspections",
                         fake.requests - before <= 10, fake.requests - before)
        trial.expect("no redirect is followed", trap.requests == 0, trap.requests)
