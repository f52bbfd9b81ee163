#!/usr/bin/env python3
"""People who sign in to the console at the OpenID Connect provider that tests/servers/run.sh has started
(tests/servers/oidc). Exit 77 where it has started none."""

import os
import re
import sys
import urllib.parse

from person import KEYS, Person
import lectern
import sample

ADDRESS = os.environ.get("LECTERN_TEST_OIDC")
ISSUER = f"http://{ADDRESS}"
SETTINGS = {"LECTERN_RUNSERVER_AUTH_BACKENDS": "basic,oidc", "LECTERN_RUNSERVER_AUTH_OIDC_ISSUER_URI": ISSUER + "/",
            "LECTERN_RUNSERVER_AUTH_OIDC_AUDIENCE": "urn:lrs", "LECTERN_CONSOLE_OIDC_CLIENT_ID": "console",
            "LECTERN_CONSOLE_OIDC_SCOPE": "openid all/read"}
PROVIDER_ONLY = dict(SETTINGS, LECTERN_RUNSERVER_AUTH_BACKENDS="oidc")
KEPT = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"


def goes_to_the_provider(person, view=""):
    """`view` is None where the page is open already."""
    if view is not None:
        person.open("about:blank")
        person.open(person.url + "/console" + view)
    person.presses(".sign-in button", f"Sign in at {ADDRESS}")
    person.wait(lambda: person.run("return location.origin") == ISSUER)


def signs_in(person, name, view=""):
    goes_to_the_provider(person, view)
    person.wait(lambda: person.run("return document.querySelector('input[name=login], .sign-in, form[action*=interaction]')"))
    if person.run("return Boolean(document.querySelector('input[name=login]'))"):
        person.type("input[name=login]", name)
        person.type("input[name=password]", "any" + KEYS["Enter"])
    person.wait(lambda: person.run("return document.querySelector('input[name=prompt][value=consent]') || location.pathname === '/console'"))
    if person.run("return location.pathname !== '/console'"):
        person.run("document.querySelector('button[type=submit]').click()")


def comes_back_to_the_view(person, server):
    """The address is clean again, the view is the one that was wanted, and nothing is left in the browser's storage."""
    statements = sample.statements(20)
    answer = server.call("POST", "/xAPI/statements", statements)
    assert answer.status == 200, answer
    signs_in(person, "jane", "#/statements?verb=" + urllib.parse.quote(sample.VERBS["answered"][0]))
    person.awaits("#who", "jane")
    person.awaits("article a", "answered")
    assert person.run("return location.href") == f"{person.url}/console{person.address()}", person.run("return location.href")
    assert "answered" in person.address()
    assert person.run(KEPT) == "[{},{}]", person.run(KEPT)
    person.presses(".bar button", "Copy as curl")
    person.reload()
    person.awaits(".sign-in h1", "Sign in")


def may_do_what_the_scopes_say(person, server):
    signs_in(person, "jane", "#/try")
    person.presses(".try button", "Send")
    person.awaits(".verdict", "403")


def goes_on_behind_the_tokens_end(person, server):
    """The token holds for a minute: a minute later by this page's clock it has been renewed, once for all questions."""
    signs_in(person, "jane", "#/overview?period=all&clock=timestamp")
    person.awaits(".numbers div", "statements")
    renewals = "return performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/token')).length"
    before = person.run(renewals)
    person.run("const now = Date.now; Date.now = () => now() + 50_000;")
    person.goes_to("#/people")
    person.awaits("tbody tr")
    person.goes_to("#/statements")
    person.awaits("article a")
    assert person.run(renewals) >= before + 1, (before, person.run(renewals))


def does_not_take_what_others_began(person, server):
    """An answer with another state, or one that nobody waits for, signs nobody in."""
    person.open("about:blank")
    person.open(person.url + "/console?code=abc&state=of-somebody-else")
    person.awaits(".sign-in [role=alert]", "This is not the answer to a sign-in that began here")
    goes_to_the_provider(person)
    person.open(person.url + "/console?code=abc&state=another")
    person.awaits(".sign-in [role=alert]", "This is not the answer to a sign-in that began here")
    goes_to_the_provider(person)
    person.open(person.url + "/console")
    assert person.run(KEPT) == "[{},{}]", person.run(KEPT)
    person.finds_no_fault("sign-in-at-provider")


def does_not_take_a_token_for_another_question(person, server):
    """The nonce of the ID token is not the one that this page has sent."""
    person.open("about:blank")
    person.open(person.url + "/console")
    person.run("""const keep = Storage.prototype.setItem;
        Storage.prototype.setItem = function (name, text) { keep.call(this, name, text.replace(/"nonce":"[^"]*"/, '"nonce":"another"')); };""")
    signs_in(person, "jane", None)
    person.awaits(".sign-in [role=alert]", "ID token answers another question")
    assert person.run(KEPT) == "[{},{}]", person.run(KEPT)


def hears_what_the_provider_refuses(person, server):
    """The person says no there: the reason is told here."""
    goes_to_the_provider(person)
    person.wait(lambda: person.run("return document.querySelector('a[href*=abort]')"))
    person.run("document.querySelector('a[href*=abort]').click()")
    person.awaits(".sign-in [role=alert]", "aborted")


def speaks_with_nobody_else(person, server):
    """The policy names the provider's origin and no other; without the setting it names none."""
    policy = server.call("GET", "/console", user=None).headers["content-security-policy"]
    assert re.search(r"connect-src ([^;]*);", policy)[1] == f"'self' {ISSUER}", policy
    assert server.call("GET", "/console", user=None).body.count(b"secret") == 0


def without_passwords(person):
    person.open("about:blank")
    person.open(person.url + "/console")
    person.awaits(".sign-in button", "Sign in at")
    assert person.sees(".sign-in input") == []
    person.finds_no_fault("sign-in-at-provider-only")


SCENARIOS = [speaks_with_nobody_else, hears_what_the_provider_refuses, does_not_take_what_others_began, does_not_take_a_token_for_another_question,
              comes_back_to_the_view, may_do_what_the_scopes_say, goes_on_behind_the_tokens_end]


def main():
    if not ADDRESS:
        print("no oidc server is running")
        return 77
    with lectern.Server(SETTINGS) as server, Person(f"http://127.0.0.1:{server.port}") as person:
        person.uses()
        for scenario in SCENARIOS:
            scenario(person, server)
            print(f"  {scenario.__name__.replace('_', ' ')}")
    with lectern.Server(PROVIDER_ONLY) as server, Person(f"http://127.0.0.1:{server.port}") as person:
        without_passwords(person)
    print("people sign in to the console at a provider")
    return 0


if __name__ == "__main__":
    sys.exit(main())
