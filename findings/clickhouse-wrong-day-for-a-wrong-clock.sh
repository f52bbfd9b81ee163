#!/usr/bin/env bash
# Statements of a device whose clock is wrong carry valid instants far away, such as 1960 or 2150.
# DateTime64 holds both. Expected: the functions for days agree, or say that they cannot.
# What happens: toDate wraps round and names another century (1960 becomes 2139, 2150 becomes 1970),
# toStartOfDay stops at the ends of the 32-bit range, and only toDate32 and date_trunc give the day.
# A chart of statements a day then shows learners on days when nobody learned.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). Who groups statements by day should use toDate32.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='1960-05-05T12:00:00Z toDate 2139-10-10, toStartOfDay 1970-01-01 00:00:00, toDate32 1960-05-05, date_trunc 1960-05-05 00:00:00
2150-05-05T12:00:00Z toDate 1970-11-29, toStartOfDay 2106-02-07 06:28:15, toDate32 2150-05-05, date_trunc 2150-05-05 00:00:00'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
for instant in ("1960-05-05T12:00:00Z", "2150-05-05T12:00:00Z"):
    print(instant, str(chdb.query(
        f"""with parseDateTime64BestEffort('{instant}', 6, 'UTC') as t
            select format('toDate {{}}, toStartOfDay {{}}, toDate32 {{}}, date_trunc {{}}',
                toString(toDate(t)), toString(toStartOfDay(t)), toString(toDate32(t)),
                toString(date_trunc('day', t)))""", "TSV")).strip())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
