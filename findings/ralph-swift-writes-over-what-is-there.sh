#!/usr/bin/env bash
# An archive on Swift is written a second time under the same name.
# Expected: `ralph write -b swift`, whose operation `create` is documented to refuse an object that exists, refuses
# it, as it does on S3 and in folders. What happens: it looks for the name among the entries of the listing,
# which are objects with a member `name`, finds none, writes over the archive and exits with 0. For the
# same reason `ralph list -b swift` prints Python's dictionaries, and with --details or --new it fails.
# Seen with ralph-malph 5.1.0 and python-swiftclient 4.11.0. Met by whoever keeps archives on Swift: a name given
# twice loses the first one.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q 'ralph-malph[cli,backend-swift]==5.1.0' python-swiftclient==4.11.0

# As much of Swift as is asked for: its own log-in, objects, and the listing of one container as JSON.
cat > "$dir/server.py" <<'PY'
import http.server
import json
import sys

class Swift(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects = {}

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/auth":
            return self.answer(200, X_Auth_Token="t", X_Storage_Url=f"http://{self.headers['Host']}/v1/a")
        if path.endswith("/box"):
            names = [] if "marker=" in query else sorted(self.objects)
            return self.answer(200, json.dumps([{"name": name, "bytes": 1, "hash": "x", "content_type": "x",
                                                 "last_modified": "2026-01-01T00:00:00.000000"}
                                                for name in names]).encode(), Content_Type="application/json")
        body = self.objects.get(path.rsplit("/", 1)[1])
        self.answer(404 if body is None else 200, body or b"")

    do_HEAD = do_GET

    def do_PUT(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        self.objects[self.path.rsplit("/", 1)[1]] = body
        self.answer(201, Etag="x")

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Swift)
with open(sys.argv[1], "w") as file:
    file.write(str(server.server_address[1]))
server.serve_forever()
PY
"$dir/venv/bin/python" "$dir/server.py" "$dir/port" &
server=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done

cd "$dir"
export HOME=$dir PREFIX=RALPH_BACKENDS__DATA__SWIFT__
ralph() {
  env "${PREFIX}AUTH_URL=http://127.0.0.1:$(cat port)/auth" "${PREFIX}IDENTITY_API_VERSION=1" "${PREFIX}USERNAME=u" \
    "${PREFIX}PASSWORD=p" "${PREFIX}DEFAULT_CONTAINER=box" venv/bin/ralph "$@" 2> /dev/null && echo "exit 0" || echo "exit $?"
}
want='exit 0
exit 0
{"n": 2}
exit 0
{'\''name'\'': '\''archive'\'', '\''bytes'\'': 1,
exit 1'
got=$(
  echo '{"n": 1}' | ralph write -b swift -t archive
  echo '{"n": 2}' | ralph write -b swift -t archive
  ralph read -b swift archive
  ralph list -b swift | grep -o "^{'name': 'archive', 'bytes': 1,"
  ralph list -b swift --details
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
