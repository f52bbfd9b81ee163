#!/usr/bin/env bash
# Statement ids are UUIDs; version 7 begins with the time. Expected: ClickHouse sorts its UUID type as the
# text is sorted. What happens: the second half is compared first, so the order is neither the text's nor the
# time's, and a page that continues "after id X" by text skips or repeats statements.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). Sort and page by the time and toString(id), or keep ids as text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want="as UUID: ['10000000-0000-7000-a000-000000000000','00000000-0000-7000-b000-000000000001']
as text: ['00000000-0000-7000-b000-000000000001','10000000-0000-7000-a000-000000000000']"
got=$(cd "$dir" && venv/bin/python - <<'PY'
import chdb
ids = "['00000000-0000-7000-b000-000000000001', '10000000-0000-7000-a000-000000000000']"
print("as UUID:", str(chdb.query(f"select arraySort(arrayMap(x -> toUUID(x), {ids}))", "TSVRaw")).strip())
print("as text:", str(chdb.query(f"select arraySort({ids})", "TSVRaw")).strip())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
