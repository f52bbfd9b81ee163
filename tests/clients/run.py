#!/usr/bin/env python3
"""Known clients, as they are published, against a server with default settings and what docs/clients.md says that
each needs: tincan and edx-tincan-py35 under Python, tincanjs and @xapi/xapi under Node, @xapi/xapi and @xapi/cmi5 in
Chromium. Needs PyPI and npm once; what has no Node or no Chromium here is left out, and said."""

import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]
import lectern
import npm
import pypi
import webdriver

XAPI, CMI5, TINCANJS = "@xapi/xapi@3.0.3", "@xapi/cmi5@1.4.0", "tincanjs@0.50.0"


def steps_of(command, **environment):
    ended = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300)
    assert ended.returncode == 0, (command[1:], ended.stdout.splitlines()[-1:], ended.stderr[-3000:])
    return len(ended.stdout.splitlines())


def check_python(endpoint):
    for package, version in (("tincan==1.0.0", "1.0.3"), ("edx-tincan-py35==2.0.0", "1.0.1")):
        programs = pypi.installed(package.replace("==", "-"), package)
        yield package, steps_of([os.path.join(programs, "python"), os.path.join(HERE, "steps_tincan.py"), endpoint, version])


def check_node(endpoint, modules):
    yield TINCANJS + " under Node", steps_of(["node", os.path.join(HERE, "steps_tincanjs.js"), endpoint], NODE_PATH=modules)
    for adapter, version in (("axios", "1.0.3"), ("fetch", "1.0.3"), ("axios", "2.0.0"), ("fetch", "2.0.0")):
        command = ["node", os.path.join(HERE, "steps_xapi_node.js"), endpoint, adapter, version]
        yield f"{XAPI} under Node, {adapter}, {version}", steps_of(command, NODE_PATH=modules)


class Pages(http.server.BaseHTTPRequestHandler):
    """The site that content lies on, another origin than the server's; and the fetch URL of an LMS (cmi5, 8.2)."""

    def __init__(self, modules, *arguments):
        self.files = {"/steps_xapi.js": f"{HERE}/steps_xapi.js", "/page_xapi.html": f"{HERE}/page_xapi.html",
                      "/page_cmi5.html": f"{HERE}/page_cmi5.html",
                      "/XAPI.umd.js": f"{modules}/@xapi/xapi/dist/XAPI.umd.js",
                      "/Cmi5.umd.js": f"{modules}/@xapi/cmi5/dist/Cmi5.umd.js"}
        super().__init__(*arguments)

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.files.get(self.path.partition("?")[0])
        if not path:
            return self.answer(404, "text/plain", b"")
        with open(path, "rb") as file:
            self.answer(200, "text/html" if path.endswith("html") else "text/javascript", file.read())

    def do_POST(self):
        self.answer(200, "application/json", json.dumps(
            {"auth-token": base64.b64encode(b"janedoe:supersecret").decode()}).encode())

    def log_message(self, *_):
        pass


def ended(browser, url):
    browser.open(url)
    title = browser.wait(lambda: (title := browser.title()).startswith(("done", "failed")) and title)
    steps = browser.run("return window.steps")
    assert title == "done", (url, steps[-1:], title)
    return len(steps)


def launched(server, site, endpoint):
    """The URL that an LMS opens an assignable unit with, its launch data and the learner's preferences being stored."""
    actor = {"objectType": "Agent", "account": {"homePage": "http://lms.example", "name": str(uuid.uuid4())}}
    registration, activity = str(uuid.uuid4()), "http://lms.example/unit"
    kept = {"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
    data = {"contextTemplate": {"extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": str(uuid.uuid4())}},
            "launchMode": "Normal", "moveOn": "CompletedAndPassed", "masteryScore": 0.5}
    query = urllib.parse.urlencode({"activityId": activity, "agent": json.dumps(actor), "registration": registration,
                                    "stateId": "LMS.LaunchData"})
    assert server.call("PUT", "/xAPI/activities/state?" + query, json.dumps(data), kept).status == 204
    query = urllib.parse.urlencode({"agent": json.dumps(actor), "profileId": "cmi5LearnerPreferences"})
    answer = server.call("PUT", "/xAPI/agents/profile?" + query, '{"languagePreference": "de"}', {**kept, "If-None-Match": "*"})
    assert answer.status == 204, answer
    return f"{site}/page_cmi5.html?" + urllib.parse.urlencode({
        "endpoint": endpoint, "fetch": site + "/fetch", "actor": json.dumps(actor), "registration": registration,
        "activityId": activity}), registration


def check_cmi5(browser, server, site, endpoint):
    url, registration = launched(server, site, endpoint)
    steps = ended(browser, url)
    said = server.call("GET", f"/xAPI/statements?registration={registration}&ascending=true",
                       headers={"X-Experience-API-Version": "1.0.3"}).json["statements"]
    verbs = [one["verb"]["id"].rsplit("/", 1)[1] for one in said]
    assert verbs == ["initialized", "progressed", "answered", "answered", "passed", "completed", "terminated"], verbs
    return steps


def check_browser(server, site, endpoint):
    with webdriver.Browser() as browser:
        for adapter, version in (("axios", "1.0.3"), ("fetch", "1.0.3"), ("axios", "2.0.0"), ("fetch", "2.0.0")):
            query = urllib.parse.urlencode({"endpoint": endpoint, "adapter": adapter, "version": version})
            yield f"{XAPI} in Chromium, {adapter}, {version}", ended(browser, f"{site}/page_xapi.html?{query}")
        yield f"{CMI5} in Chromium", check_cmi5(browser, server, site, endpoint)


def checks(server, pages):
    endpoint = f"http://127.0.0.1:{server.port}/xAPI/"
    yield from check_python(endpoint)
    if not shutil.which("npm"):
        print("there is no Node: clients in JavaScript were left out")
        return
    pages.modules = npm.installed("clients", XAPI, CMI5, TINCANJS)
    yield from check_node(endpoint, pages.modules)
    if not webdriver.is_here():
        print("there is no chromium with chromedriver: clients in a browser were left out")
        return
    yield from check_browser(server, f"http://127.0.0.1:{pages.server_port}", endpoint)


def main():
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), None)
    pages.RequestHandlerClass = lambda *arguments: Pages(pages.modules, *arguments)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    settings = {"LECTERN_RUNSERVER_CORS_ALLOW_ORIGINS": f"http://127.0.0.1:{pages.server_port}",
                "LECTERN_LRS_UNCONDITIONAL_PROFILE_USERS": "tincan"}
    with lectern.Server(settings, users=[lectern.user("janedoe"), lectern.user("tincan")]) as server:
        for name, steps in checks(server, pages):
            print(f"{name}: {steps} steps")
    pages.shutdown()
    pages.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
