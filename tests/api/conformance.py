#!/usr/bin/env python3
"""Runs `lectern conformance` against our own server: every check holds in both versions; and against one that
serves requests without version header, where exactly the check of that rule must fail and say which setting it
wants. What keeps the checks from beginning is one line; documents are cleaned up; what failed is said last."""

import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

import lectern


def conformance(*arguments, **environment):
    return subprocess.run([lectern.BINARY, "conformance", *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL)


def run(server, *more):
    return conformance(f"http://127.0.0.1:{server.port}/xAPI/", "-u", "janedoe", "-p", "supersecret", *more)


def check_all_hold():
    with lectern.Server({"RALPH_LRS_REQUIRE_VERSION_HEADER": "true"}) as server:
        done = run(server)
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert re.fullmatch(r"\d+ passed, 0 failed", done.stdout.splitlines()[-1]), done.stdout[-300:]
        assert "\x1b" not in done.stdout, "colours, and no terminal"
        warning, left = done.stderr.splitlines()
        assert warning.startswith("Warning: statements are stored at "), done.stderr
        stored = int(re.match(r"(\d+) statements stay at ", left)[1])
        assert stored == metric_of_stored(server), (left, metric_of_stored(server))
        print(done.stdout.splitlines()[-1] + ";", left)


def documents_of(server):
    """The URLs of documents that were written and not deleted since, by the access log."""
    with open(os.path.join(server.app_dir, "server.log")) as log:
        text = log.read()
    return len(re.findall(r'"DELETE /xAPI/[a-z]+/(?:state|profile)" 204', text))


def check_own_defaults():
    with lectern.Server() as server, tempfile.TemporaryDirectory() as folder:
        junit = os.path.join(folder, "junit.xml")
        done = run(server, "--junit", junit)
        assert done.returncode == 1, done
        lines = done.stdout.splitlines()
        last = lines[lines.index("What failed:"):]
        assert [line.split()[2] for line in last if line.startswith("FAIL")] == ["SRV-01", "SRV-01"], last
        assert sum("set LECTERN_LRS_REQUIRE_VERSION_HEADER=true" in line for line in last) == 2, last
        assert re.fullmatch(r"\d+ passed, 2 failed", last[-1]), last
        suites = xml.etree.ElementTree.parse(junit).getroot()
        cases = suites.findall("testsuite/testcase")
        assert len(cases) == int(suites.get("tests")) > 100 and suites.get("failures") == "2"
        failed = [case.get("name").split()[0] for case in cases if case.find("failure") is not None]
        assert failed == ["SRV-01", "SRV-01"], failed
        assert documents_of(server) > 20, "the documents were not deleted"
        report = json.loads(run(server, "--json").stdout)
        assert {c["id"] for c in report["checks"] if not c["passed"]} == {"SRV-01"}, report


def obstacle(wanted, *arguments, **environment):
    done = conformance(*arguments, **environment)
    assert done.returncode == 2 and done.stdout == "", done
    assert len(done.stderr.splitlines()) == 1 and re.search(wanted, done.stderr), done.stderr


def check_obstacles():
    users = [lectern.user("janedoe"), lectern.user("reader", ["statements/read"])]
    with lectern.Server(users=users) as server:
        url = f"http://127.0.0.1:{server.port}"
        obstacle("the credentials of 'janedoe' are refused", url + "/xAPI", "-u", "janedoe", "-p", "wrong")
        obstacle("credentials are wanted: give a user with -u", url + "/xAPI")
        obstacle("no xAPI is spoken at .* did you mean http://127.0.0.1:[0-9]+/xAPI?", url, "-u", "janedoe", "-p", "x")
        obstacle("did you mean http://127.0.0.1:[0-9]+/xAPI?", url + "/xAPI/statements", "-u", "janedoe", "-p", "x")
        obstacle(r"'reader' may not .* \(403\)", url + "/xAPI", "-u", "reader", LECTERN_PASSWORD="supersecret")
        obstacle("nothing answers at", f"http://127.0.0.1:{lectern.free_port()}/xAPI")
        obstacle("--junit /nowhere/x: No such file", url + "/xAPI", "-u", "janedoe", "-p", "supersecret",
                 "--junit", "/nowhere/x")
        assert metric_of_stored(server) == 0
        done = conformance(url + "/xAPI", "--only", "ZZZ")
        assert done.returncode == 2 and "no check's id begins with 'ZZZ'" in done.stderr, done
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    page.RequestHandlerClass.log_message = lambda *_: None
    threading.Thread(target=page.serve_forever, daemon=True).start()
    obstacle("no xAPI is spoken at", f"http://127.0.0.1:{page.server_port}/xAPI", "-u", "a", "-p", "b")
    page.shutdown()
    page.server_close()


def metric_of_stored(server):
    text = server.call("GET", "/metrics", user=None).body.decode()
    return int(re.search(r'statements_total\{outcome="stored"\} (\d+)', text)[1])


def main():
    check_all_hold()
    check_own_defaults()
    check_obstacles()
    return 0


if __name__ == "__main__":
    sys.exit(main())
