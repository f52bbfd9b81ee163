#!/usr/bin/env bash
# A view casts an attempt number of a statement, a text as JSON_VALUE gives it, to Int16, which ends at 32767.
# Expected: 40000 is refused as a text that is no number is. What happens: the cast takes it and makes
# -25536 of it; three other ways of reading the same value give NULL, 0 and an error.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). A learner's 40,000th attempt, or a score or a duration in
# milliseconds that is read so, becomes a negative number in the tables that dashboards read; use Int64, or
# accurateCastOrNull.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='CAST(text AS Int16): -25536
toInt16(text): -25536
toInt16OrNull(text): NULL
JSONExtract(statement, '"'attempt', 'Int16'"'): 0
accurateCast(text, '"'Int16'"'): error
CAST('"'many'"' AS Int16): error'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
for way in ("CAST(text AS Int16)", "toInt16(text)", "toInt16OrNull(text)", "JSONExtract(statement, 'attempt', 'Int16')",
            "accurateCast(text, 'Int16')", "CAST('many' AS Int16)"):
    try:
        seen = str(chdb.query(f"""with materialize('{{"attempt": 40000}}') as statement,
                                       JSON_VALUE(statement, '$.attempt') as text
                                  select ifNull(toString({way}), 'NULL')""", "TSVRaw")).strip()
    except Exception:
        seen = "error"
    print(f"{way}: {seen}")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
