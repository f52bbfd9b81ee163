#!/usr/bin/env bash
# RFC 3339, to which xAPI 2.0 binds timestamps, takes a small "t" and "z" as well. Expected: pandas.to_datetime
# gives the same instant for "z" as for "Z". What happens: with "z" the zone is dropped and the column has
# none, while pandas.Timestamp keeps it. Joined with other columns such times count as local ones.
# Seen with pandas 3.1.1. Readers pass utc=True; exporters write an upper-case T and Z.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pandas==3.1.1

want='2021-01-01T12:00:00Z UTC
2021-01-01T12:00:00z None
Timestamp 2021-01-01T12:00:00z UTC
utc=True 2021-01-01T12:00:00z UTC'
got=$("$dir/venv/bin/python" - <<'PY'
import pandas
for text in ("2021-01-01T12:00:00Z", "2021-01-01T12:00:00z"):
    print(text, pandas.to_datetime([text]).tz)
print("Timestamp", text, pandas.Timestamp(text).tz)
print("utc=True", text, pandas.to_datetime([text], utc=True).tz)
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
