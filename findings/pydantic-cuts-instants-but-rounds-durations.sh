#!/usr/bin/env bash
# pydantic reads timestamps and durations of statements with more than six digits. Expected: both are cut, or
# both are rounded, to microseconds. What happens: an instant is cut and a duration is rounded, so the
# end that is computed from begin and duration can lie a microsecond beside the one that was sent.
# Seen with pydantic 2.14.4. Met by programs on pydantic (Ralph is one) that compare or re-send statements of
# devices with nanosecond clocks: keep the text, and compare to microseconds with a margin.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pydantic==2.14.4

want='2021-01-01T12:00:01.2345678Z -> "2021-01-01T12:00:01.234567Z"
PT1.2345678S -> "PT1.234568S"'
got=$("$dir/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta
from pydantic import TypeAdapter
for kind, text in ((datetime, "2021-01-01T12:00:01.2345678Z"), (timedelta, "PT1.2345678S")):
    adapter = TypeAdapter(kind)
    print(text, "->", adapter.dump_json(adapter.validate_python(text)).decode())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
