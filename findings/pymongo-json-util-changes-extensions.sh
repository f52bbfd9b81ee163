#!/usr/bin/env bash
# An extension may hold any JSON, so also members whose names begin with "$". Expected: pymongo's json_util
# reads and writes such a statement unchanged. What happens: it takes them for MongoDB Extended JSON: a
# "$numberInt" object becomes the number, a "$symbol" object its text, and both are written so; a "$date" that
# holds another text than a date is an error.
# Seen with pymongo 4.20.1. Importers of statements use the plain json module, and keep the statement's text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pymongo==4.20.1

want='{"$numberInt": "5"} -> 5
{"$symbol": "a"} -> "a"
{"$uuid": "6ba7b810-9dad-41d1-80b4-00c04fd430c8"} -> {"$binary": {"base64": "a6e4EJ2tQdGAtADAT9QwyA==", "subType": "04"}}
{"$date": "soon"} -> ValueError'
got=$("$dir/venv/bin/python" - <<'PY'
from bson import json_util
for value in ('{"$numberInt": "5"}', '{"$symbol": "a"}', '{"$uuid": "6ba7b810-9dad-41d1-80b4-00c04fd430c8"}',
              '{"$date": "soon"}'):
    try:
        print(value, "->", json_util.dumps(json_util.loads('{"http://a.example/x": %s}' % value)["http://a.example/x"]))
    except ValueError:
        print(value, "-> ValueError")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
