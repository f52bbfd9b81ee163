#!/usr/bin/env python3
"""`read` and `list` on OVH's Logs Data Platform: Lectern and Ralph 5.1.0 beside each other on a strict stand-in of ours,
which checks each signature against its own clock, a thousand seconds ahead. Skipped where PyPI cannot be reached."""

import gzip
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from remote import BINARY, SKIPPED, STATEMENT, Side, differences, ralph, run_tests

AHEAD_S = 1000
FILE = gzip.compress("".join(json.dumps({"short_message": STATEMENT % i}) + "\n" for i in range(50000)).encode())
ARCHIVES = {"5d49d1b3-a3eb-498c-9039-6a482166f888": FILE, "b": b"second\n", "c": FILE[:-1000]}
STREAM = "/1.0/dbaas/logs/ldp-1/output/graylog/stream/"


def details_of(name):
    return {"archiveId": name, "createdAt": "2020-06-18T04:38:59.436634+02:00", "filename": f"{name}.gz",
            "md5": hashlib.md5(ARCHIVES[name]).hexdigest(), "retrievalDelay": 0, "retrievalState": "sealed",
            "sha256": hashlib.sha256(ARCHIVES[name]).hexdigest(), "size": len(ARCHIVES[name])}


class Ldp(http.server.BaseHTTPRequestHandler):
    """The API with a stream `s1` of archives and an empty one, `s2`; lends each URL of an archive for one download."""

    protocol_version = "HTTP/1.1"
    lent, cuts, ranges, moves = set(), [], [], 0

    def refuse(self, status, message):
        self.answer(status, {"message": message, "httpCode": f"{status} X", "errorCode": "X"})

    def do_GET(self):
        if self.path == "/1.0/auth/time":
            return self.answer(200, int(time.time()) + AHEAD_S)
        if self.path.startswith("/download/"):
            return self.download()
        self.signed("GET")

    def do_POST(self):
        self.signed("POST")

    def signed(self, method):
        moment = self.headers["X-Ovh-Timestamp"] or "0"
        text = "+".join(["secret", "consumer", method, f"http://{self.headers['Host']}{self.path}", "", moment])
        good = "$1$" + hashlib.sha1(text.encode()).hexdigest()
        if self.headers["X-Ovh-Application"] != "key" or self.headers["X-Ovh-Consumer"] != "consumer":
            return self.refuse(403, "This credential does not exist")
        if self.headers["X-Ovh-Signature"] != good or abs(int(moment) - time.time() - AHEAD_S) > 30:
            return self.refuse(400, "Invalid signature")
        found = re.fullmatch(STREAM + r"(s1|s2)/archive(?:/([^/]+))?(/url)?", self.path)
        if not found or found[2] and (found[1] == "s2" or found[2] not in ARCHIVES):
            return self.refuse(404, "The requested object does not exist")
        if method == "POST" and found[3]:
            Ldp.lent.add(path := f"/download/{found[2]}?sig={len(Ldp.lent)}")
            return self.answer(200, {"expirationDate": "x", "url": f"http://{self.headers['Host']}{path}"})
        if method == "POST":
            return self.refuse(405, "Method not allowed")
        self.answer(200, details_of(found[2]) if found[2] else list(ARCHIVES) if found[1] == "s1" else [])

    def download(self):
        if self.path not in Ldp.lent:
            return self.refuse(403, "expired")
        if Ldp.moves > 0:
            Ldp.moves -= 1
            self.send_response(302)
            self.send_header("Location", f"http://{self.headers['Host']}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        Ldp.lent.remove(self.path)
        data = ARCHIVES[re.match("/download/([^?]+)", self.path)[1]]
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        begin = int(wanted[1]) if wanted else 0
        Ldp.ranges.append(begin)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - begin))
        self.send_header("ETag", '"e"')
        self.end_headers()
        end = Ldp.cuts.pop(0) if Ldp.cuts else len(data)
        self.wfile.write(data[begin:end])
        self.close_connection = end < len(data)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


FIRST = next(iter(ARCHIVES))
COMMANDS = [
    (["list", "-b", "ldp"], b""),
    (["list", "-b", "ldp", "-D"], b""),
    (["list", "-b", "ldp", "-n", "-t", "s1"], b""),
    (["list", "-b", "ldp", "-t", "s2"], b""),
    (["read", "-b", "ldp", FIRST], b""),
    (["read", "-b", "ldp", "-s", "5", "-t", "s1", "b"], b""),
    (["read", "-b", "ldp", "c"], b""),
    (["read", "-b", "ldp", "nothing"], b""),
    (["read", "-b", "ldp"], b""),
    (["list", "-b", "ldp", "-t", "nowhere"], b""),
    (["list", "-b", "ldp", "--ldp-application-secret", "wrong"], b""),
    (["read", "-b", "ldp", "--ldp-consumer-key", "wrong", "b"], b""),
    (["list", "-b", "ldp", "--ldp-service-name", "other"], b""),
]


def settings():
    prefix = "RALPH_BACKENDS__DATA__LDP__"
    return {prefix + "APPLICATION_KEY": "key", prefix + "APPLICATION_SECRET": "secret", prefix + "CONSUMER_KEY": "consumer",
            prefix + "SERVICE_NAME": "ldp-1", prefix + "DEFAULT_STREAM_ID": "s1"}


def tests_of(theirs, ours):
    def both_programs_do_the_same():
        found = list(differences(theirs, ours, COMMANDS))
        assert not found, "\n".join(found)

    def what_was_read_is_not_new():
        assert ours.run("list", "-b", "ldp", "-n") == (0, b"")
        # Ralph looks for the archive's name alone, which is not what it writes down.
        assert theirs.run("list", "-b", "ldp", "-n")[1].count(b"\n") == 3
        with open(os.path.join(ours.home, "history.json"), "w") as file:
            json.dump([{"backend": "ldp", "command": "read", "id": "b"}], file)
        assert ours.run("list", "-b", "ldp", "-n") == (0, f"{FIRST}\nc\n".encode())

    def a_connection_that_is_cut_in_the_middle_of_an_archive_is_taken_up_again():
        Ldp.cuts, Ldp.ranges = [len(FILE) // 3, len(FILE) // 2], []
        assert ours.run("read", "-b", "ldp", FIRST) == (0, FILE)
        assert Ldp.ranges == [0, len(FILE) // 3, len(FILE) // 2], Ldp.ranges

    def an_archive_that_has_moved_is_followed():
        for side in (theirs, ours):
            Ldp.moves = 2
            assert side.run("read", "-b", "ldp", "b") == (0, b"second\n"), side.told
        Ldp.moves = 1000
        assert ours.run("read", "-b", "ldp", "b")[0] == 1 and "HTTP 302" in ours.told, ours.told
        Ldp.moves = 0

    def an_archive_that_was_cut_is_told_by_what_unpacks_it():
        code, out = ours.run("read", "-b", "ldp", "c")
        code, lines = ours.run("extract", "-p", "gelf", data=out)
        assert code == 1 and "the gzip data ends early" in ours.told and lines.count(b"\n") > 1000, ours.told

    def settings_that_cannot_be_used_are_told():
        own = "RALPH_BACKENDS__DATA__LDP__"
        for name, value, told in [("ENDPOINT", "ovh", "LDP ENDPOINT=ovh: allowed is ovh-eu, "),
                                  ("SERVICE_NAME", "", "LDP needs both a SERVICE_NAME and a stream"),
                                  ("REQUEST_TIMEOUT", "soon", "LDP REQUEST_TIMEOUT=soon: allowed is a whole number"),
                                  ("APPLICATION_SECRET", "no", "Failed to get archives list: HTTP 400 Invalid signature")]:
            assert ours.run("list", "-b", "ldp", **{own + name: value})[0] == 1 and told in ours.told, ours.told

    return [both_programs_do_the_same, what_was_read_is_not_new,
            a_connection_that_is_cut_in_the_middle_of_an_archive_is_taken_up_again,
            an_archive_that_has_moved_is_followed,
            an_archive_that_was_cut_is_told_by_what_unpacks_it, settings_that_cannot_be_used_are_told]


def main():
    try:
        python = os.path.join(os.path.dirname(ralph()), "python")
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached")
        return SKIPPED
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ldp)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/1.0"
    with tempfile.TemporaryDirectory() as folder:
        # Ralph knows OVH's addresses only.
        program = os.path.join(folder, "ralph")
        with open(program, "w") as file:
            file.write(f"#!{python}\nimport ovh.client\novh.client.ENDPOINTS['ovh-eu'] = '{url}'\n"
                       "from ralph.cli import cli\ncli()\n")
        os.chmod(program, 0o700)
        theirs = Side(program, os.path.join(folder, "1"), "theirs", settings())
        ours = Side(BINARY, os.path.join(folder, "2"), "ours",
                    {**settings(), "RALPH_BACKENDS__DATA__LDP__ENDPOINT": url})
        return run_tests(tests_of(theirs, ours))


if __name__ == "__main__":
    sys.exit(main())
