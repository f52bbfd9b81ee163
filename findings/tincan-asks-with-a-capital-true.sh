#!/usr/bin/env bash
# query_statements of the PyPI library tincan takes True and datetimes for its parameters, as its documentation says.
# Expected: it asks an LRS in xAPI's words, ascending=true and since=2021-11-29T12:00:00+00:00. What happens:
# it sends Python's words, ascending=True and a since with a blank for the T. An LRS that holds parameters to
# the rules answers 400; one that compares with "true" gives the newest statements first, without attachments.
# Seen with tincan 1.0.0. Callers pass the texts "true" and since.isoformat(); an LRS names the parameter and
# the two values it knows in its refusal.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q tincan==1.0.0

want='ascending=True&attachments=True
since=2021-11-29+12%3A00%3A00%2B00%3A00
ascending=true&since=2021-11-29T12%3A00%3A00%2B00%3A00'
got=$("$dir/venv/bin/python" - <<'PY'
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from tincan import RemoteLRS
class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path.partition("?")[2])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"statements": []}')
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
lrs = RemoteLRS(endpoint=f"http://127.0.0.1:{server.server_port}/", username="u", password="p")
since = datetime(2021, 11, 29, 12, tzinfo=timezone.utc)
for query in ({"ascending": True, "attachments": True}, {"since": since},
              {"ascending": "true", "since": since.isoformat()}):
    lrs.query_statements(query)
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
