#!/usr/bin/env bash
# JSONExtractRaw is documented to give a part of a JSON text as it stands.
# Expected: an extension's integer beyond 64 bits comes back with the same digits, as a number.
# What happens: it comes back as a JSON string, in quotes, so its type has changed for whoever reads it;
# and 1.0 comes back as 1, 0.50 as 0.5: the text is written anew.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). Met by whoever exports extensions out of a column of statements:
# keep the statement's text and cut parts out of it with a parser that keeps the text of numbers.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='12345678901234567890123 becomes "12345678901234567890123"
18446744073709551615 becomes 18446744073709551615
1.0 becomes 1
0.50 becomes 0.5'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
for number in ("12345678901234567890123", "18446744073709551615", "1.0", "0.50"):
    raw = chdb.query(f"""select JSONExtractRaw('{{"n":{number}}}', 'n')""", "TSVRaw")
    print(number, "becomes", str(raw).strip())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
