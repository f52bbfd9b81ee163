#!/usr/bin/env bash
# A statement is kept in a column of ClickHouse's JSON type. Expected: a string in it, such as a learner's response,
# comes back as it was. What happens: a string that can be read as a date is kept as one and written anew:
# 01/02/2020 becomes the first of February with a time of day, 12/31/2020 beside it the 31st of December,
# 10 Jan 2020 loses its form, and 2021-02-30, no date at all, becomes the 2nd of March. Timestamps lose
# their offset, their T and their Z.
# Seen with ClickHouse 26.9.2 (chdb 4.4.0). Keep the statement's text in a String column beside it, or turn off
# input_format_try_infer_datetimes and input_format_try_infer_dates.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q chdb==4.4.0 chdb-core==26.9.0

want='01/02/2020 comes back as 2020-02-01 00:00:00
12/31/2020 comes back as 2020-12-31 00:00:00
10 Jan 2020 comes back as 2020-01-10 00:00:00
2021-02-30 comes back as 2021-03-02
2021-11-29T12:37:59+02:00 comes back as 2021-11-29 10:37:59
12:30 comes back as 12:30
without inference 01/02/2020 comes back as 01/02/2020'
got=$(cd "$dir" && TZ=UTC venv/bin/python - <<'PY'
import chdb
off = "settings input_format_try_infer_datetimes = 0, input_format_try_infer_dates = 0"
def back(response, settings=""):
    statement = '{"result": {"response": "%s"}}' % response
    return str(chdb.query(f"select JSONExtractString(toString(CAST('{statement}' AS JSON)), 'result', 'response') {settings}",
                          "TSVRaw")).strip()
for response in ("01/02/2020", "12/31/2020", "10 Jan 2020", "2021-02-30", "2021-11-29T12:37:59+02:00", "12:30"):
    print(response, "comes back as", back(response))
print("without inference 01/02/2020 comes back as", back("01/02/2020", off))
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
