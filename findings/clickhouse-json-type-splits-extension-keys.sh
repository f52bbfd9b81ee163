#!/usr/bin/env bash
# The keys of extensions are IRIs, nearly all with dots, and their values may be null or {}. A statement is kept in
# a column of ClickHouse's JSON type. Expected: the same members come back. What happens: each key is cut
# at its dots into nested objects, so that no reader finds the IRI again; members that are null or {} are
# gone; and two valid keys that meet after the cut make the insert of the statement fail.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0), default settings; type_json_skip_duplicated_paths drops one of the two
# instead. Met by every LRS that wants to query extensions there: keep the text in a String column as well, or
# set json_type_escape_dots_in_keys, with which the first comes back whole.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='{"http://id.example.org/x": 1} comes back as {"http://id":{"example":{"org/x":1}}}
{"urn:a": null, "urn:b": {}, "urn:c": ""} comes back as {"urn:c":""}
{"urn:a.b": 1, "urn:a": {"b": 2}} comes back as error
with dots escaped {"http://id.example.org/x": 1} comes back as {"http://id.example.org/x":1}'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
def back(extensions, settings=""):
    try:
        return str(chdb.query(f"select toString(CAST('{extensions}' AS JSON)) {settings}", "TSVRaw")).strip().replace("\\/", "/")
    except Exception:
        return "error"
one = '{"http://id.example.org/x": 1}'
for extensions in (one, '{"urn:a": null, "urn:b": {}, "urn:c": ""}', '{"urn:a.b": 1, "urn:a": {"b": 2}}'):
    print(extensions, "comes back as", back(extensions))
print("with dots escaped", one, "comes back as", back(one, "settings json_type_escape_dots_in_keys = 1"))
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
