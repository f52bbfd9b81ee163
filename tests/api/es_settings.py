#!/usr/bin/env python3
"""What the settings of Elasticsearch do, before a stand-in for the database that notes what it is asked."""

import http.server
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lectern


class StandIn(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, self.headers.get("Authorization")))
        absent = self.command == "GET" and "/_doc/" in self.path
        body = json.dumps({"status": self.server.color, "_index": "any", "found": False, "_seq_no": 0,
                           "_primary_term": 1, "timed_out": False, "hits": {"hits": []},
                           "docs": [], "items": [], "count": 0}).encode()
        self.send_response(404 if absent else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

    def log_message(self, *_):
        pass


def stand_in(color):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.color, server.seen = color, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def heartbeat(database, **settings):
    """The heartbeat of a server on this database, which the settings name with credentials."""
    hosts = f"http://me:secret@127.0.0.1:{database.server_port}"
    given = {"RALPH_BACKENDS__LRS__ES__" + name: value for name, value in {"HOSTS": hosts, **settings}.items()}
    with lectern.Server(given, backend="es") as server:
        answer = server.call("GET", "/__heartbeat__", user=None, version=None)
        return answer.status, answer.json


def bulk_paths(database, **settings):
    """Where a statement is written to. The stand-in keeps nothing, so what comes back does not matter."""
    database.seen.clear()
    given = {"RALPH_BACKENDS__LRS__ES__" + name: value for name, value in settings.items()}
    given["RALPH_BACKENDS__LRS__ES__HOSTS"] = f"http://127.0.0.1:{database.server_port}"
    with lectern.Server(given, backend="es") as server:
        server.call("POST", "/xAPI/statements", [{"actor": {"mbox": "mailto:a@example.org"}, "verb": {
            "id": "http://example.org/v"}, "object": {"id": "http://example.org/o"}}], version=None)
    return [path for method, path, _ in database.seen if "/_bulk" in path]


def main():
    green, yellow, red = stand_in("green"), stand_in("yellow"), stand_in("red")
    print("a yellow cluster is healthy only where that is allowed")
    assert heartbeat(green) == (200, {"database": "ok"})
    assert heartbeat(yellow) == (500, {"database": "error"})
    assert heartbeat(yellow, ALLOW_YELLOW_STATUS="true") == (200, {"database": "ok"})
    assert heartbeat(red, ALLOW_YELLOW_STATUS="true") == (500, {"database": "error"})
    print("what is written is refreshed as the setting says")
    for word in ("true", "wait_for"):
        paths = bulk_paths(green, REFRESH_AFTER_WRITE=word)
        assert paths and all(path.endswith("&refresh=" + word) for path in paths), paths
    assert all("refresh=" not in path for path in bulk_paths(green)), green.seen
    print("statements go to DEFAULT_INDEX")
    paths = bulk_paths(green, DEFAULT_INDEX="lessons")
    assert paths and all(path.startswith("/lessons/") for path in paths), paths
    print("the credentials in HOSTS are sent")
    green.seen.clear()
    heartbeat(green)
    assert {authorization for *_, authorization in green.seen} == {"Basic bWU6c2VjcmV0"}, green.seen


if __name__ == "__main__":
    main()
