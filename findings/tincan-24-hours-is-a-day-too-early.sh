#!/usr/bin/env bash
# In ISO 8601 the hour 24 ends a day: 2021-01-01T24:00:00Z is the instant 2021-01-02T00:00:00Z.
# Expected: the PyPI library tincan either reads it so or refuses it. What happens: it becomes
# 2021-01-01T00:00:00, the beginning of that day, 24 hours too early, without an error: the parser under it
# (aniso8601) gives midnight for the hour and keeps the date. A statement about the end of an exam is sent on
# as one about the day's start.
# Seen with tincan 1.0.0 and aniso8601 10.0.1. Senders should write the next day's 00:00:00; an LRS that
# takes the hour 24 should count it to the next day.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q tincan==1.0.0 aniso8601==10.0.1

want='tincan    2021-01-01T24:00:00Z -> 2021-01-01T00:00:00+00:00
aniso8601 2021-01-01T24:00:00Z -> 2021-01-01T00:00:00+00:00'
got=$("$dir/venv/bin/python" - <<'PY'
import aniso8601
from tincan import Statement
text = "2021-01-01T24:00:00Z"
statement = Statement(actor={"mbox": "mailto:a@example.com"}, verb={"id": "http://a.example/v"},
                      object={"id": "http://a.example/o"}, timestamp=text)
print("tincan   ", text, "->", statement.timestamp.isoformat())
print("aniso8601", text, "->", aniso8601.parse_datetime(text).isoformat())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
