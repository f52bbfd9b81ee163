"""Identity providers that never answer, answer for ever, or send elsewhere; and tokens made to have them asked,
or to be taken for another's."""

import base64
import json
import os
import shutil
import subprocess
import threading
import time
import uuid

from harness import STATEMENTS, Skip, at_once, scenario, statement
from hostile_server import HostileServer, Provider


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


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """An RSA key in a folder, made and used by openssl."""

    def __init__(self, folder):
        if not shutil.which("openssl"):
            raise Skip("no openssl to sign tokens")
        self.path = os.path.join(folder, "signer.pem")
        self.openssl("genrsa", "-out", self.path, "2048")
        modulus = self.openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().partition("=")[2]
        self.key = {"kty": "RSA", "kid": "known", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}

    def openssl(self, *words, given=None):
        return subprocess.run(["openssl", *words], input=given, check=True, capture_output=True).stdout

    def token(self, issuer, subject):
        """Each time another one."""
        claims = {"iss": issuer, "sub": subject, "exp": time.time() + 600, "scope": "all", "jti": uuid.uuid4().hex}
        signed = (base64url(json.dumps({"alg": "RS256", "kid": "known"}).encode()) + "." +
                  base64url(json.dumps(claims).encode()))
        return signed + "." + base64url(self.openssl("dgst", "-sha256", "-sign", self.path, given=signed.encode()))


def with_unknown_kid():
    head = base64url(json.dumps({"alg": "RS256", "kid": uuid.uuid4().hex}).encode())
    return f"{head}.{base64url(b'{}')}.{base64url(os.urandom(256))}"


def who_am_i(server, token):
    return server.call("GET", "/whoami", headers={"Authorization": f"Bearer {token}"}, user=None, timeout=60)


@scenario(peak_mib=200, p99_ms=300)
def ever_other_unknown_keys(trial):
    """Tokens with ever other unknown kid, on 16 connections, and a provider that takes 2 s to give its keys: it is
    asked for them at a bounded rate, and neither a Basic user nor tokens with a known key wait for that."""
    with Provider() as provider, trial.server(oidc(provider)) as server:
        signer = Signer(server.app_dir)
        provider.answers["/keys"] = {"keys": [signer.key]}
        tokens = [signer.token(provider.url, "jane") for _ in range(40)]
        for _ in range(5):  # the first who asks may be told to come again while the keys are fetched
            first = who_am_i(server, tokens[0])
            if first.status != 503:
                break
            time.sleep(1)
        trial.expect("a signed token is taken", first.status == 200, first)
        provider.delays_s["/keys"] = 2
        asked, seconds = provider.asked["/keys"], 12
        stop, statuses = threading.Event(), set()

        def attack():
            while not stop.wait(0.01):
                statuses.add(who_am_i(server, with_unknown_kid()).status)

        threads = [threading.Thread(target=attack) for _ in range(16)]
        with trial.good_user(server):
            for thread in threads:
                thread.start()
            slowest, began = 0.0, time.monotonic()
            for token in tokens[1:]:
                since = time.monotonic()
                answer = who_am_i(server, token)
                slowest = max(slowest, time.monotonic() - since)
                trial.expect("a token that was not seen yet is taken beside it", answer.status == 200, answer)
                time.sleep(max(0, began + seconds * (tokens.index(token)) / len(tokens) - time.monotonic()))
            stop.set()
            for thread in threads:
                thread.join()
        trial.within("a token with a known key, at most", slowest, 1)
        trial.note(f"the provider was asked for its keys {provider.asked['/keys'] - asked} times in {seconds} s")
        trial.expect("at most 3 times", provider.asked["/keys"] - asked <= 3, provider.asked)
        trial.expect("the attacker is told 401 or 503", statuses <= {401, 503}, statuses)


@scenario(peak_mib=160)
def subjects_named_like_clients(trial):
    """A user whose subject reads like a client's name, or like another's when it is escaped, is neither of them: not
    in /whoami, not in what they may read."""
    with Provider() as provider:
        subjects = {"user": "application/sender", "escaped": "application%2fsender", "pipe": "a|b", "percent": "a%7cb"}
        claims = {"active": True, "iss": provider.url, "exp": time.time() + 600,
                  "scope": "statements/write statements/read/mine"}

        def introspect(form):
            token = form.partition("token=")[2].partition("&")[0]
            return {**claims, **({"sub": subjects[token]} if token in subjects else {"client_id": "sender"})}

        provider.answers["/introspection"] = introspect
        provider.answers["/user_info"] = lambda header: {"sub": subjects[header.removeprefix("Bearer ")]}
        settings = oidc(provider, RALPH_RUNSERVER_AUTH_OIDC_CLIENT_ID="lectern",
                        RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET="secret",
                        RALPH_LRS_RESTRICT_BY_AUTHORITY="true", RALPH_LRS_RESTRICT_BY_SCOPES="true")
        with trial.server(settings) as server:
            agents, own = {}, {}
            for token in ["client", *subjects]:
                header = {"Authorization": f"Bearer {token}"}
                agents[token] = who_am_i(server, token).json["agent"]["openid"]
                own[token] = statement()
                assert server.call("POST", STATEMENTS, own[token], headers=header, user=None).status == 200
            trial.expect("five agents", len(set(agents.values())) == 5, agents)
            for token in agents:
                listed = server.call("GET", STATEMENTS, headers={"Authorization": f"Bearer {token}"}, user=None).json
                trial.expect(f"{token} reads its own statement alone",
                             [s["id"] for s in listed["statements"]] == [own[token]["id"]], listed)
