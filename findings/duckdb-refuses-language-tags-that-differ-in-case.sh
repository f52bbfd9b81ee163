#!/usr/bin/env bash
# Language tags are compared without regard to case, but a language map may hold "en-US" beside "en-us", as
# statements of two versions of a course tool do. Expected: DuckDB reads such a line as two keys.
# What happens: with its defaults DuckDB makes columns of keys, whose names ignore case, and refuses the
# whole file, even to count its lines. The same holds for extension IRIs that differ in case only.
# Seen with DuckDB 2.0.1. Readers name the types themselves (columns = {display: 'JSON'}); exporters write
# language maps and extensions as maps or as text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q duckdb==2.0.1

want='count: Duplicate name "en-us"
with a type: {"en-US":"did","en-us":"did"}'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import re
import duckdb
with open("verbs.jsonl", "w") as out:
    out.write('{"display":{"en-US":"did","en-us":"did"}}\n')
try:
    print("count:", duckdb.sql("select count(*) from 'verbs.jsonl'").fetchall()[0][0])
except duckdb.Error as error:
    print("count:", re.search(r'Duplicate name "[^"]*"', str(error))[0])
print("with a type:", duckdb.sql("select display from read_json('verbs.jsonl', columns={display: 'JSON'})").fetchall()[0][0])
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
