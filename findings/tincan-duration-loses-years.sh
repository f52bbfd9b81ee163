#!/usr/bin/env bash
# The PyPI library tincan, through which Open edX and others send statements, reads a statement from JSON and
# writes it again. Expected: result.duration leaves as it came, or with the same parts in another form.
# What happens: years become 365 days and months 30 days, and every part gets leading zeros: P1Y is sent on
# as P365DT00H00M00S, and P1Y2M10DT2H30M as P435DT02H30M00S. A forwarded statement then differs from
# the stored one under the same id, and an LRS may answer 409 Conflict.
# Seen with tincan 1.0.0. Forward the text of statements, not objects; an LRS takes leading zeros in durations.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q tincan==1.0.0 aniso8601==10.0.1

want='P1Y -> {"duration": "P365DT00H00M00S"}
P1M -> {"duration": "P30DT00H00M00S"}
P1Y2M10DT2H30M -> {"duration": "P435DT02H30M00S"}
PT90S -> {"duration": "PT01M30S"}'
got=$("$dir/venv/bin/python" - <<'PY'
from tincan import Result
for text in ("P1Y", "P1M", "P1Y2M10DT2H30M", "PT90S"):
    print(text, "->", Result(duration=text).to_json())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
