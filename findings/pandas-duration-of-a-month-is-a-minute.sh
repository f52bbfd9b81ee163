#!/usr/bin/env bash
# result.duration of a statement is an ISO 8601 duration; pandas.Timedelta takes such texts.
# Expected: a month is refused as a year is, and a fraction is a fraction of its unit.
# What happens: P1M, a month, is read as one minute; PT0.5H as five hours; PT1.5M as five
# minutes and a second; P1.5D as five days and a second. Only the fraction of seconds is right. No error, no warning.
# Seen with pandas 3.1.1. Met by analysts who sum durations from an export: let the LRS export seconds, or
# parse with isodate and decide what a month is.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pandas==3.1.1

want='P1M 60.0
PT0.5H 18000.0
PT1.5M 301.0
P1.5D 432001.0
PT1M30.25S 90.25
P1Y ValueError'
got=$("$dir/venv/bin/python" - <<'PY'
import pandas
for text in ("P1M", "PT0.5H", "PT1.5M", "P1.5D", "PT1M30.25S", "P1Y"):
    try:
        print(text, pandas.Timedelta(text).total_seconds())
    except ValueError:
        print(text, "ValueError")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
