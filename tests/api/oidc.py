#!/usr/bin/env python3
"""Holds OpenID Connect against the provider that tests/servers/run.sh has started
(tests/servers/oidc): signed tokens, introspection, a user's log-in, and the provider going away. Exit
77 where it has started none."""

import base64
import http.cookiejar
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lectern

ADDRESS = os.environ.get("LECTERN_TEST_OIDC")
ISSUER = f"http://{ADDRESS}"
BACK = "https://page.example.org/back"
STRICT = {"RALPH_LRS_RESTRICT_BY_AUTHORITY": "true", "RALPH_LRS_RESTRICT_BY_SCOPES": "true",
          "RALPH_RUNSERVER_AUTH_BACKENDS": "basic,oidc", "RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI": ISSUER}
INTROSPECT = dict(STRICT, RALPH_RUNSERVER_AUTH_OIDC_CLIENT_ID="lectern",
                  RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET="lectern-secret")
FAULTS = []


def expect(what, got, wanted):
    if got != wanted:
        FAULTS.append(f"{what}: {got!r}, not {wanted!r}")


def ask_for_token(client, **form):
    secret = base64.b64encode(f"{client}:{client}-secret".encode()).decode()
    request = urllib.request.Request(ISSUER + "/token", urllib.parse.urlencode(form).encode(),
                                     {"Authorization": "Basic " + secret})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["access_token"]


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def log_in(name, scope):
    """A user's token, by the authorization code flow: log-in and consent as a browser does them."""
    browser = urllib.request.build_opener(Stay(), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def go(url, form=None):
        try:
            with browser.open(url, urllib.parse.urlencode(form).encode() if form else None, timeout=20) as answer:
                return urllib.parse.urljoin(url, answer.headers.get("Location", ""))
        except urllib.error.HTTPError as answer:
            if answer.code not in (302, 303):
                raise
            return urllib.parse.urljoin(url, answer.headers["Location"])

    at = go(ISSUER + "/auth?" + urllib.parse.urlencode(
        {"client_id": "page", "response_type": "code", "scope": "openid " + scope, "redirect_uri": BACK}))
    for form in ({"prompt": "login", "login": name, "password": "x"}, {"prompt": "consent"}):
        at = go(go(at, form))
    code = urllib.parse.parse_qs(urllib.parse.urlparse(at).query)["code"][0]
    return ask_for_token("page", grant_type="authorization_code", code=code, redirect_uri=BACK)


def bearer(server, method, path, token, body=None):
    return server.call(method, path, body, {"Authorization": "Bearer " + token}, user=None)


def statement():
    return {"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:a@example.org"},
            "verb": {"id": "http://example.org/v"}, "object": {"id": "http://example.org/o"}}


def check_signed_tokens():
    token = ask_for_token("sender", grant_type="client_credentials", resource="urn:lrs", scope="statements/write")
    with lectern.Server(dict(STRICT, RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE="urn:lrs")) as server:
        who = bearer(server, "GET", "/whoami", token).json
        expect("agent", who["agent"], {"openid": ISSUER + "/sender"})
        expect("scopes", who["scopes"], ["statements/write"])
        expect("write", bearer(server, "POST", "/xAPI/statements", token, [statement()]).status, 200)
        expect("read without its scope", bearer(server, "GET", "/xAPI/statements", token).status, 403)
        expect("forged", bearer(server, "GET", "/whoami", token[:-9] + "AAAAAAAAA").status, 401)
        refused = bearer(server, "GET", "/whoami", "rubbish")
        expect("rubbish", (refused.status, refused.json["detail"]), (401, "Could not validate credentials"))
        expect("Basic beside it", server.call("GET", "/whoami").status, 200)
    with lectern.Server(dict(STRICT, RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE="urn:other")) as server:
        expect("another audience", bearer(server, "GET", "/whoami", token).status, 401)


def check_introspection():
    application = ask_for_token("sender", grant_type="client_credentials", scope="all")
    jane = log_in("jane", "statements/write statements/read/mine")
    with lectern.Server(INTROSPECT) as server:
        who = bearer(server, "GET", "/whoami", application).json
        expect("application", who, {"agent": {"openid": ISSUER + "/application/sender"}, "scopes": ["all"]})
        expect("user", bearer(server, "GET", "/whoami", jane).json["agent"], {"openid": ISSUER + "/jane"})
        hers, others = statement(), statement()
        expect("her statement", bearer(server, "POST", "/xAPI/statements", jane, [hers]).status, 200)
        expect("another's", bearer(server, "POST", "/xAPI/statements", application, [others]).status, 200)
        seen = bearer(server, "GET", "/xAPI/statements", jane).json["statements"]
        expect("what she sees", [one["id"] for one in seen], [hers["id"]])
        expect("her authority", seen[0]["authority"], {"openid": ISSUER + "/jane"})
        expect("a token of nobody", bearer(server, "GET", "/whoami", "rubbish").status, 401)


def check_absence():
    away = {"RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI": f"http://127.0.0.1:{lectern.free_port()}"}
    token = ask_for_token("sender", grant_type="client_credentials", resource="urn:lrs", scope="all")
    with lectern.Server(dict(STRICT, **away)) as server:
        answer = bearer(server, "GET", "/whoami", token)
        expect("provider away", (answer.status, "retry-after" in answer.headers), (503, True))
        expect("Basic meanwhile", server.call("GET", "/whoami").status, 200)


def main():
    if not ADDRESS:
        print("no oidc server is running")
        return 77
    for check in (check_signed_tokens, check_introspection, check_absence):
        check()
    print("\n".join(FAULTS) or "OpenID Connect works with this provider")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
