#!/usr/bin/env python3
"""What a person sees of a server in Chromium: the page at the door, the API's page with a request that is tried from
it, and no State that is no more. Skipped where there is no chromium with chromedriver."""

import os
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "api"))
import lectern
import webdriver

VERSION = {"X-Experience-API-Version": "1.0.3", "Content-Type": "text/plain"}
STATE = "/xAPI/activities/state?" + urllib.parse.urlencode({
    "activityId": "http://example.org/course", "stateId": "bookmark", "agent": '{"mbox":"mailto:ada@example.org"}'})
FRESH_BEHIND_S = 15  # a browser may believe an answer without Cache-Control for a tenth of its age (RFC 9111, 4.2.2)

# Gets a state as a page does that says nothing of caches: its status and its text.
READ = """const [path, authorization] = arguments;
return fetch(path, { headers: { Authorization: authorization, "X-Experience-API-Version": "1.0.3" } })
  .then(async (answer) => answer.status + " " + (answer.ok ? await answer.text() : ""));"""
ANSWER = "return (document.querySelector(arguments[0] + ' .answer code.status') || {}).textContent || ''"


def check_door(browser, url):
    browser.open(url + "/")
    assert browser.text("#endpoint") == url + "/xAPI/", browser.text("#endpoint")
    browser.click("#copy")
    said = browser.wait(lambda: browser.text("#said"))
    assert said in ("The endpoint is in the clipboard.", "The endpoint is selected: copy it with the keyboard."), said
    assert not (told := browser.complaints()), told


def send(browser, url, operation):
    """Opens an operation, sends its form as it stands, and gives the status that the page shows."""
    browser.run("location.hash = arguments[0]", operation)
    form = f"#{operation} form.request"
    browser.wait(lambda: browser.run("return !!document.querySelector(arguments[0])", form))
    browser.click(form + " > button")
    return browser.wait(lambda: browser.run(ANSWER, "#" + operation))


def check_api_page(browser, server, url):
    browser.open(url + "/docs")
    browser.wait(lambda: browser.run("return !!document.querySelector('form.credentials')"))
    browser.type("form.credentials input[type=text]", "janedoe")
    browser.type("form.credentials input[type=password]", "supersecret")
    assert send(browser, url, "postStatements").startswith("200"), browser.text("#postStatements .answer")
    assert send(browser, url, "getStatements").startswith("200"), browser.text("#getStatements .answer")
    assert '"statements": [' in browser.text("#getStatements .answer")
    assert "curl -i" in browser.text("#getStatements .answer")
    assert len(server.call("GET", "/xAPI/statements").json["statements"]) >= 1
    asked = browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert asked and all(one.startswith(url) for one in asked), "it does not work offline: " + str(asked)
    assert not (told := browser.complaints()), told
    browser.type("form.credentials input[type=password]", "x")
    assert send(browser, url, "putStatement").startswith("401"), browser.text("#putStatement .answer")


def check_caches(browser, server, stored):
    """The state was stored when its age lets a browser believe what it once read, unless told not to."""
    time.sleep(max(0, stored + FRESH_BEHIND_S - time.monotonic()))
    authorization = "Basic " + "amFuZWRvZTpzdXBlcnNlY3JldA=="  # janedoe:supersecret
    assert browser.run(READ, STATE, authorization) == "200 first"
    assert server.call("PUT", STATE, "second", VERSION).status == 204
    assert browser.run(READ, STATE, authorization) == "200 second"
    assert server.call("DELETE", STATE, None, VERSION).status == 204
    assert browser.run(READ, STATE, authorization) == "404 "


def main():
    if not webdriver.is_here():
        print("there is no chromium with chromedriver")
        return 77
    with lectern.Server() as server, webdriver.Browser() as browser:
        url = f"http://127.0.0.1:{server.port}"
        assert server.call("PUT", STATE, "first", VERSION).status == 204
        stored = time.monotonic()
        check_door(browser, url)
        check_api_page(browser, server, url)
        check_caches(browser, server, stored)
    print("the pages work in Chromium, and no stale State is shown")
    return 0


if __name__ == "__main__":
    sys.exit(main())
