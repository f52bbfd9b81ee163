#!/usr/bin/env bash
# Ralph's models read a statement and write it again as JSON. Expected: a score's numbers stay numbers, and
# the duration keeps its parts. What happens: scaled, raw, min and max are written as strings ("1"), which
# the standard forbids and other LRSs refuse; months are folded into days while years stay (P1Y2M10D becomes
# P1Y70D); and a version that nobody sent, 1.0.0, is added.
# Seen with ralph-malph 5.1.0 and pydantic 2.14.4. Met by programs that build statements out of these models:
# write numbers anew from model_dump() before sending to an LRS.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q 'ralph-malph[cli,lrs]==5.1.0' pydantic==2.14.4

want='{"score":{"scaled":"1","raw":"10","min":"0","max":"10.5"},"duration":"P1Y70DT2H30M"}
version 1.0.0'
got=$("$dir/venv/bin/python" - <<'PY'
from ralph.models.xapi.base.statements import BaseXapiStatement
statement = BaseXapiStatement.model_validate({
    "id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "actor": {"mbox": "mailto:a@example.com"},
    "verb": {"id": "http://a.example/v"}, "object": {"id": "http://a.example/o"},
    "result": {"score": {"scaled": 1, "raw": 10, "min": 0, "max": 10.5}, "duration": "P1Y2M10DT2H30M"}})
print(statement.result.model_dump_json(exclude_none=True))
print("version", statement.version)
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
