#!/usr/bin/env bash
# pyarrow reads statements from files of JSON lines. Expected: the column "timestamp" has one type, or at least the
# same for every file of an LRS. What happens: while all times of a file are in whole seconds it is a
# timestamp (in UTC, but without a zone), and one time with a fraction makes it text. Two files of one
# LRS cannot be put together, and a data set fails or is text depending on which of its files comes first.
# Seen with pyarrow 26.0.1. Readers give the schema, with the column as text; exporters write a fraction, three
# digits or more, on every time.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pyarrow==26.0.1

want='2021-11-29T12:37:59+02:00 is timestamp[s] 2021-11-29 10:37:59
2021-11-29T12:37:59.500Z is string 2021-11-29T12:37:59.500Z
both tables together: error
data set of both files, whole seconds first: error
data set of both files, fraction first: string'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import pyarrow, pyarrow.dataset, pyarrow.json
def attempt(name, read):
    try:
        print(name, read().schema.field("timestamp").type)
    except pyarrow.ArrowInvalid:
        print(name, "error")
files = {"whole.json": "2021-11-29T12:37:59+02:00", "fraction.json": "2021-11-29T12:37:59.500Z"}
for name, time in files.items():
    with open(name, "w") as file:
        file.write('{"timestamp": "%s"}\n' % time)
tables = [pyarrow.json.read_json(name) for name in files]
for time, table in zip(files.values(), tables):
    print(time, "is", table.schema.field("timestamp").type, table["timestamp"][0])
attempt("both tables together:", lambda: pyarrow.concat_tables(tables))
for name, order in (("whole seconds", list(files)), ("fraction", list(files)[::-1])):
    attempt(f"data set of both files, {name} first:", lambda: pyarrow.dataset.dataset(order, format="json").to_table())
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
