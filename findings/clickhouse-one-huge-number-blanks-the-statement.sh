#!/usr/bin/env bash
# ClickHouse keeps a statement as text and reads its members with JSONExtract*.
# Expected: a number that does not fit into a double (1E400, which the grammar of JSON allows, say in an
# extension) spoils that number alone. What happens: every member of the row reads as empty, even the verb,
# and no error is raised; a filter by verb, actor or activity never finds this statement again. A lone
# surrogate escape in a response does the same. simpleJSONExtractString is not affected.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). Met by every LRS that filters JSON text in ClickHouse: count rows
# where isValidJSON is 0, and fill columns for the filters from a parser of the LRS's own.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='plain|http://a.example/v|1|http://a.example/v
1E400||0|http://a.example/v
surrogate||0|http://a.example/v'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
rows = {
    "plain": r'{"id":"http://a.example/v","x":1}',
    "1E400": r'{"id":"http://a.example/v","x":1E400}',
    "surrogate": r'{"id":"http://a.example/v","x":"\ud800"}',
}
for name, text in rows.items():
    quoted = text.replace("\\", "\\\\")
    seen = chdb.query(f"""select JSONExtractString(j, 'id'), isValidJSON(j), simpleJSONExtractString(j, 'id')
                          from (select '{quoted}' as j)""", "TSV")
    print(name, *str(seen).rstrip("\n").split("\t"), sep="|")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
