#!/usr/bin/env bash
# Ids of statements and registrations are UUIDs; version 7 (RFC 9562) begins with the time, and Swift and SQL
# Server write capitals, which RFC 4122 tells readers to take. Expected: the PyPI library tincan reads every
# UUID. What happens: it knows versions 1 to 5 in small letters only and refuses the rest as an invalid UUID
# string. Reading a page of statements with one such registration fails as a whole, so the rest of the page
# cannot be read either.
# Seen with tincan 1.0.0. Met by programs that read from an LRS whose senders they do not choose: read the JSON
# itself; an LRS that makes ids for senders without one is safest with version 4.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q tincan==1.0.0

want='id 6ba7b810-9dad-41d1-80b4-00c04fd430c8 taken
id 6BA7B810-9DAD-41D1-80B4-00C04FD430C8 refused
id 019aa000-0000-7000-8000-000000000000 refused
registration 019aa000-0000-7000-8000-000000000000 refused
page of two, registration 6ba7b810-9dad-41d1-80b4-00c04fd430c8 taken
page of two, registration 019aa000-0000-7000-8000-000000000000 refused'
got=$("$dir/venv/bin/python" - <<'PY'
import json
from tincan import Statement, StatementsResult
plain = {"actor": {"mbox": "mailto:ada@example.org"}, "verb": {"id": "http://example.org/v"},
         "object": {"id": "http://example.org/a"}}
def judge(name, read, value):
    try:
        read(json.dumps(value))
        print(name, "taken")
    except (TypeError, ValueError):
        print(name, "refused")
four, seven = "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "019aa000-0000-7000-8000-000000000000"
for id in (four, four.upper(), seven):
    judge(f"id {id}", Statement.from_json, {**plain, "id": id})
with_registration = lambda id: {**plain, "context": {"registration": id}}
judge(f"registration {seven}", Statement.from_json, with_registration(seven))
for id in (four, seven):
    judge(f"page of two, registration {id}", StatementsResult.from_json, {"statements": [plain, with_registration(id)]})
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
