#!/usr/bin/env bash
# A file of JSON lines holds one statement a line; result.success first appears after the first hundred lines.
# Expected: polars.read_ndjson has a column for it, or reports a member that it does not know.
# What happens: the types are inferred from the first 100 lines and what first appears later is left out
# without an error or a warning, so a report counts no passed statement at all.
# Seen with polars 2.1.0. Analysts should pass infer_schema_length=None, exporters write the same members on
# every line.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q polars==2.1.0

want='default: id
infer_schema_length=None: id, success'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import json
import polars
with open("statements.jsonl", "w") as out:
    for line in range(150):
        out.write(json.dumps({"id": line, "success": True} if line >= 120 else {"id": line}) + "\n")
print("default:", ", ".join(polars.read_ndjson("statements.jsonl").columns))
print("infer_schema_length=None:", ", ".join(polars.read_ndjson("statements.jsonl", infer_schema_length=None).columns))
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
