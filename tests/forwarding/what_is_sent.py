#!/usr/bin/env python3
"""Forwarding as a receiver sees it: a receiver of our own that notes each request and answers as told."""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
import lectern


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.seen.append((self.path, dict(self.headers), body, status))
        told = b""
        if status == 200 and body.startswith(b"["):
            told = json.dumps([one["id"] for one in json.loads(body)]).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


def receive():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def item(server, active=True):
    return {"url": f"http://127.0.0.1:{server.server_port}/lrs/statements", "is_active": active,
            "basic_username": "them", "basic_password": "p:w", "max_retries": 1, "timeout": 2.5}


def statement(**more):
    return {"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "http://example.org/v"},
            "object": {"id": "http://example.org/o"}, **more}


def wait(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def ids(receiver):
    """The ids that were taken, request by request."""
    return [[s["id"] for s in json.loads(body)] for _, _, body, status in receiver.seen if status == 200]


def check_request(server, receiver):
    """A list is POSTed with credentials and the version header, each statement as it is stored."""
    one = statement()
    server.call("PUT", f"/xAPI/statements?statementId={one['id']}", one, version=None)
    wait(lambda: receiver.seen, "a PUT is forwarded")
    path, headers, body, _ = receiver.seen[0]
    assert path == "/lrs/statements", path
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"them:p:w").decode(), headers
    assert headers["Content-Type"] == "application/json", headers
    assert headers["X-Experience-API-Version"] == "1.0.3", headers
    sent, = json.loads(body)
    stored, = server.call("GET", f"/xAPI/statements?statementId={one['id']}", version=None).json["statements"]
    assert sent == stored and {"id", "stored", "timestamp", "authority"} <= set(sent), sent


def check_retries(server, receiver):
    """What a receiver cannot take now is sent again, in order, until it is taken."""
    receiver.seen.clear()
    receiver.answers[:] = [503, 500, 429, 401]
    batch = [statement(), statement()]
    server.call("POST", "/xAPI/statements", batch, version=None)
    wait(lambda: ids(receiver), "it is taken in the end")
    assert [s for *_, s in receiver.seen][:4] == [503, 500, 429, 401], receiver.seen
    assert sum(ids(receiver), []) == [s["id"] for s in batch], ids(receiver)


def check_once(server, receiver):
    """What is known already, refused or empty is not forwarded."""
    known = json.loads(receiver.seen[-1][2])
    receiver.seen.clear()
    assert server.call("POST", "/xAPI/statements", known, version=None).status == 204
    assert server.call("POST", "/xAPI/statements", [], version=None).status == 200
    assert server.call("POST", "/xAPI/statements", [statement(), {}], version=None).status == 400
    last = statement()
    server.call("POST", "/xAPI/statements", last, version=None)
    wait(lambda: ids(receiver), "the new one comes")
    assert sum(ids(receiver), []) == [last["id"]], ids(receiver)


def check_trouble(server, receiver):
    """`lectern forward` exits with 1 while a receiver fails, and with 0 when all is well."""
    def exit_code():
        return subprocess.run([lectern.BINARY, "forward", "--url", f"http://127.0.0.1:{server.port}/xAPI", "-u",
                               "janedoe", "-p", "supersecret"], capture_output=True).returncode

    assert exit_code() == 0
    receiver.answers[:] = [503] * 4
    server.call("POST", "/xAPI/statements", statement(), version=None)
    wait(lambda: exit_code() == 1, "it fails")
    wait(lambda: exit_code() == 0, "it works again")


def main():
    receiver, idle = receive(), receive()
    settings = {"RALPH_XAPI_FORWARDINGS": json.dumps([item(receiver), item(idle, active=False)])}
    with lectern.Server(settings, backend="embedded") as server:
        for check in (check_request, check_retries, check_once, check_trouble):
            check(server, receiver)
            print(check.__doc__)
    assert not idle.seen, idle.seen
    print("A receiver that is not active gets nothing.")


if __name__ == "__main__":
    main()
