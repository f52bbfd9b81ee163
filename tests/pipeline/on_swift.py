#!/usr/bin/env python3
"""`read`, `write` and `list` on Swift: Lectern and Ralph 5.1.0 beside each other on OpenStack's own Swift, from PyPI;
Keystone is a strict stand-in of ours, that lends tokens of Swift's own log-in. Skipped where PyPI cannot be reached."""

import gzip
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from remote import BINARY, LINES, SKIPPED, STATEMENT, Cutter, Side, ask, differences, free_port, installed, \
    kill_in_the_middle, peak_of, ralph, run_tests, wait_for

NAMES = ["one.jsonl", "deep/two.jsonl", "a b+c&d=e.jsonl", "caf\u00e9/%41/x~y.jsonl"]
COMMANDS = [
    *[(["write", "-b", "swift", "-t", "OWN/" + name], LINES) for name in NAMES],
    (["write", "-b", "swift", "-t", "plain.jsonl"], LINES),
    (["write", "-b", "swift", "-t", "indexed.jsonl", "-o", "index", "-s", "3"], LINES),
    (["write", "-b", "swift", "-t", "plain.jsonl", "-o", "update"], LINES),
    (["write", "-b", "swift", "-t", "plain.jsonl", "-o", "append"], LINES),
    (["write", "-b", "swift", "-t", "plain.jsonl", "-o", "delete"], LINES),
    (["write", "-b", "swift", "-t", "none.jsonl"], b""),
    (["write", "-b", "swift", "-t", "nowhere/x.jsonl"], LINES),
    *[(["read", "-b", "swift", name], b"") for name in NAMES],
    (["read", "-b", "swift", "-t", "OWN", "-s", "7", "indexed.jsonl"], b""),
    (["read", "-b", "swift", "nothing"], b""),
    (["read", "-b", "swift"], b""),
    (["read", "-b", "swift", "-t", "nowhere", "one.jsonl"], b""),
    (["list", "-b", "swift", "-t", "nowhere"], b""),
    (["list", "-b", "swift", "-t", "empty"], b""),
    (["list", "-b", "swift", "--swift-password", "wrong"], b""),
    (["read", "-b", "swift", "--swift-password", "wrong", "one.jsonl"], b""),
    (["read", "-b", "swift", "--swift-region-name", "Elsewhere", "one.jsonl"], b""),
    (["write", "-b", "swift", "--swift-tenant-id", "other", "-t", "x.jsonl"], LINES),
    (["write", "-b", "swift"], LINES),
]


class Keystone(http.server.BaseHTTPRequestHandler):
    """The password method of Keystone's third version. The token is Swift's; while `stale` counts, one of no use."""

    protocol_version = "HTTP/1.1"
    swift, stale, log_ins = "", 0, 0

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        user = {"name": "u", "password": "p", "domain": {"name": "Users"}}
        good = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": {"id": "t1"}}}
        if self.path != "/v3/auth/tokens" or self.headers["Content-Type"] != "application/json":
            return self.answer(404, {})
        if asked != {"auth": good}:
            return self.answer(401, {"error": {"code": 401, "message": "no", "title": "Unauthorized"}})
        Keystone.log_ins += 1
        _, headers, _ = ask(self.swift + "/auth/v1.0", headers={"X-Auth-User": "test:tester", "X-Auth-Key": "testing"})
        token = headers["X-Auth-Token"]
        if Keystone.stale > 0:
            Keystone.stale, token = Keystone.stale - 1, "AUTH_tkstale"
        places = [("Far", "http://127.0.0.1:1/v1/AUTH_test"), ("Here", headers["X-Storage-Url"])]
        endpoints = [{"id": region, "interface": interface, "region": region, "region_id": region, "url": url}
                     for region, url in places for interface in ("admin", "public")]
        catalog = [{"type": "identity", "name": "k", "id": "k", "endpoints": []},
                   {"type": "object-store", "name": "s", "id": "s", "endpoints": endpoints}]
        self.answer(201, {"token": {"catalog": catalog, "methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z",
                                    "issued_at": "2026-01-01T00:00:00.000000Z", "roles": [],
                                    "project": {"id": "t1", "name": "t", "domain": {"id": "d", "name": "Users"}},
                                    "user": {"id": "u", "name": "u", "domain": {"id": "d", "name": "Users"}}}}, token)

    def answer(self, status, body, token=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if token:
            self.send_header("X-Subject-Token", token)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Swift:
    """The server, with a container for each side, and Keystone in front."""

    def __init__(self, folder):
        python = os.path.join(installed("swift-2.38.3", "swift==2.38.3", only_binary=True), "python")
        self.port = free_port()
        self.process = subprocess.Popen([python, os.path.join(os.path.dirname(__file__), "swift_server.py"), folder,
                                         str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port, self.process)
        Keystone.swift = f"http://127.0.0.1:{self.port}"
        _, headers, _ = ask(Keystone.swift + "/auth/v1.0", headers={"X-Auth-User": "test:tester", "X-Auth-Key": "testing"})
        self.storage, self.token = headers["X-Storage-Url"], {"X-Auth-Token": headers["X-Auth-Token"]}
        for container in ("theirs", "ours", "many", "empty"):
            assert ask(f"{self.storage}/{container}", "PUT", b"", self.token)[0] == 201
        keystone = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keystone)
        threading.Thread(target=keystone.serve_forever, daemon=True).start()
        self.auth_url = f"http://127.0.0.1:{keystone.server_address[1]}/"


def settings(swift, container):
    prefix = "RALPH_BACKENDS__DATA__SWIFT__"
    return {prefix + "AUTH_URL": swift.auth_url, prefix + "USERNAME": "u", prefix + "PASSWORD": "p",
            prefix + "TENANT_ID": "t1", prefix + "USER_DOMAIN_NAME": "Users", prefix + "REGION_NAME": "Here",
            prefix + "DEFAULT_CONTAINER": container}


def tests_of(swift, theirs, ours):
    def both_programs_do_the_same_but_for_listings():
        found = list(differences(theirs, ours, COMMANDS))
        assert not found, "\n".join(found)

    def listings_are_names_and_details_as_documented():
        code, out = ours.run("list", "-b", "swift", "-t", "theirs")
        assert code == 0 and set(NAMES) < set(out.decode().splitlines()), out
        code, out = ours.run("list", "-b", "swift", "-D")
        entries = {entry["name"]: entry for entry in map(json.loads, out.splitlines())}
        _, head, _ = ask(f"{swift.storage}/ours/one.jsonl", "HEAD", headers=swift.token)
        assert entries["one.jsonl"] == {"name": "one.jsonl", "lastModified": head["Last-Modified"],
                                        "size": str(len(LINES))}, entries["one.jsonl"]
        _, out = ours.run("list", "-b", "swift", "-n")
        assert not set(NAMES) & set(out.decode().splitlines()) and b"plain.jsonl\n" in out, out
        # Ralph prints Python's objects there, and ends with an error.
        assert theirs.run("list", "-b", "swift")[1].startswith(b"{'bytes'")
        assert theirs.run("list", "-b", "swift", "-D")[0] == 1 and theirs.run("list", "-b", "swift", "-n")[0] == 1

    def an_object_that_is_there_is_not_written_over():
        code, _ = ours.run("write", "-b", "swift", "-t", "plain.jsonl", data=b"{}\n")
        assert code == 1 and "plain.jsonl already exists and overwrite is not allowed" in ours.told, ours.told
        assert ours.run("read", "-b", "swift", "plain.jsonl") == (0, LINES)

    def names_behind_the_first_page_are_listed_too():
        for i in range(7):
            ask(f"{swift.storage}/many/{i}%20x", "PUT", b"x", swift.token)
        _, out = ours.run("list", "-b", "swift", "-t", "many")
        assert out.decode().splitlines() == [f"{i} x" for i in range(7)], out

    def a_large_object_goes_in_segments():
        data = b"".join((STATEMENT % i).encode() * 8000 for i in range(40))
        assert len(data) > 32 * 1024 * 1024
        assert ours.run("write", "-b", "swift", "-t", "large.jsonl", data=data)[0] == 0, ours.told
        assert theirs.run("read", "-b", "swift", "-t", "ours", "large.jsonl") == (0, data)
        assert ours.run("read", "-b", "swift", "large.jsonl") == (0, data)
        _, out = ours.run("list", "-b", "swift", "-t", "ours_segments")
        assert len(out.splitlines()) == 3 and out.startswith(b"large.jsonl/"), out
        assert ours.history()[-1] == json.dumps({"backend": "swift", "action": "read", "id": "OWN/large.jsonl",
                                                 "size": str(len(data)), "timestamp": "INSTANT"}), ours.history()[-1]

    def a_large_object_takes_little_memory():
        with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
            file.write(b"".join((STATEMENT % i).encode() * 8000 for i in range(80)))
            file.seek(0)
            code, peak = peak_of([ours.program, "write", "-b", "swift", "-t", "larger.jsonl"], ours.environment,
                                 file, subprocess.DEVNULL)
            assert code == 0 and peak < 64, (code, peak)
            code, peak = peak_of([ours.program, "read", "-b", "swift", "larger.jsonl"], ours.environment,
                                 subprocess.DEVNULL, out)
            assert code == 0 and peak < 64, (code, peak)
            file.seek(0)
            out.seek(0)
            assert file.read() == out.read()

    def a_write_that_was_killed_can_be_run_again():
        data = LINES * 180000
        kill_in_the_middle(ours, ["write", "-b", "swift", "-t", "killed.jsonl"], data, 40_000_000)
        assert ours.run("read", "-b", "swift", "killed.jsonl")[0] == 1
        assert ours.run("write", "-b", "swift", "-t", "killed.jsonl", data=data)[0] == 0, ours.told
        assert ours.run("read", "-b", "swift", "killed.jsonl") == (0, data)

    def a_write_that_is_broken_off_leaves_nothing():
        packed = gzip.compress(b"".join(os.urandom(300).hex().encode() + b"\n" for _ in range(60000)))
        code, _ = ours.run("write", "-b", "swift", "-t", "broken.jsonl", data=packed[: len(packed) * 9 // 10])
        assert code == 1 and "the file was cut" in ours.told and "0 records written" in ours.told, ours.told
        listed = ours.run("list", "-b", "swift")[1] + ours.run("list", "-b", "swift", "-t", "ours_segments")[1]
        assert b"broken.jsonl" not in listed, listed

    def a_connection_that_is_cut_in_the_middle_of_an_object_is_taken_up_again():
        data = LINES * 60000
        assert theirs.run("write", "-b", "swift", "-t", "ours/cut.jsonl", data=data)[0] == 0
        cutter = Cutter(swift.port)
        via = {"RALPH_BACKENDS__DATA__SWIFT__OBJECT_STORAGE_URL": f"http://127.0.0.1:{cutter.port}/v1/AUTH_test"}
        cutter.cuts = [3_000_000, 100, 5_000_000]
        assert ours.run("read", "-b", "swift", "cut.jsonl", **via) == (0, data)
        assert cutter.connections == 4 and ours.told.count("trying again in") == 3, ours.told
        cutter.lose = b"PUT /v1/AUTH_test/ours_segments/again.jsonl/"
        assert ours.run("write", "-b", "swift", "-t", "again.jsonl", data=data, **via)[0] == 0, ours.told
        assert cutter.lose is None, ours.told
        assert theirs.run("read", "-b", "swift", "-t", "ours", "again.jsonl") == (0, data)

    def a_token_that_is_no_use_any_more_is_renewed_once():
        Keystone.stale, Keystone.log_ins = 1, 0
        assert ours.run("read", "-b", "swift", "one.jsonl") == (0, LINES)
        assert Keystone.log_ins == 2
        Keystone.stale, Keystone.log_ins = 9, 0
        assert ours.run("list", "-b", "swift")[0] == 1 and "HTTP 401" in ours.told and Keystone.log_ins == 2, ours.told
        Keystone.stale = 0

    def swifts_own_log_in_serves_too():
        own = "RALPH_BACKENDS__DATA__SWIFT__"
        old = {own + "IDENTITY_API_VERSION": "1", own + "AUTH_URL": Keystone.swift + "/auth/v1.0",
               own + "USERNAME": "test:tester", own + "PASSWORD": "testing"}
        assert ours.run("read", "-b", "swift", "one.jsonl", **old) == (0, LINES)
        assert ours.run("read", "-b", "swift", "one.jsonl", **{**old, own + "PASSWORD": "wrong"})[0] == 1
        assert "Unauthorized" in ours.told, ours.told

    def settings_that_cannot_be_used_are_told():
        own = "RALPH_BACKENDS__DATA__SWIFT__"
        for name, value, told in [("AUTH_URL", "ftp://x", "SWIFT AUTH_URL=ftp://x: allowed is an http or https URL"),
                                  ("IDENTITY_API_VERSION", "2", "SWIFT IDENTITY_API_VERSION=2: allowed is 3 or 1"),
                                  ("PASSWORD", "", "SWIFT needs USERNAME and PASSWORD"),
                                  ("DEFAULT_CONTAINER", "", "The target container is not set"),
                                  ("PASSWORD", "wrong", "Failed to list container ours: Unauthorized"),
                                  ("REGION_NAME", "Elsewhere", "Endpoint for object-store not found")]:
            assert ours.run("list", "-b", "swift", **{own + name: value})[0] == 1 and told in ours.told, ours.told

    return [both_programs_do_the_same_but_for_listings, listings_are_names_and_details_as_documented,
            an_object_that_is_there_is_not_written_over, names_behind_the_first_page_are_listed_too,
            a_large_object_goes_in_segments, a_large_object_takes_little_memory,
            a_write_that_was_killed_can_be_run_again, a_write_that_is_broken_off_leaves_nothing,
            a_connection_that_is_cut_in_the_middle_of_an_object_is_taken_up_again,
            a_token_that_is_no_use_any_more_is_renewed_once, swifts_own_log_in_serves_too,
            settings_that_cannot_be_used_are_told]


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            os.mkdir(os.path.join(folder, "swift"))
            program, swift = ralph(), Swift(os.path.join(folder, "swift"))
        except subprocess.CalledProcessError:
            print("PyPI cannot be reached")
            return SKIPPED
        try:
            theirs = Side(program, os.path.join(folder, "1"), "theirs", settings(swift, "theirs"))
            ours = Side(BINARY, os.path.join(folder, "2"), "ours", settings(swift, "ours"))
            return run_tests(tests_of(swift, theirs, ours))
        finally:
            swift.process.terminate()


if __name__ == "__main__":
    sys.exit(main())
