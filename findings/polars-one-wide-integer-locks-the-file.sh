#!/usr/bin/env bash
# An extension may hold an integer beyond 64 bits, such as the serial number of a device. polars reads a file of such
# statements and writes it as Parquet. Expected: other readers of Parquet get the number in some type, or lose
# that column alone. What happens: the column is written as a 128-bit integer that Parquet does not know, and
# pyarrow, on which pandas stands, cannot open the file at all, not even to read the ids.
# Seen with polars 2.1.0 and pyarrow 26.0.1. Cast such columns to text before write_parquet; exporters keep the values
# of extensions as text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q polars==2.1.0 pyarrow==26.0.1

want='polars: Int128 12345678901234567890
pyarrow, column id: error
pyarrow, number of rows: error
pyarrow, column id after a cast to text: a'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import polars, pyarrow, pyarrow.parquet
def attempt(name, read):
    try:
        print(name, read())
    except pyarrow.ArrowNotImplementedError:
        print(name, "error")
statements = polars.read_ndjson(b'{"id": "a", "serial": 12345678901234567890}\n')
print("polars:", statements.schema["serial"], statements["serial"][0])
statements.write_parquet("wide.parquet")
attempt("pyarrow, column id:", lambda: pyarrow.parquet.read_table("wide.parquet", columns=["id"])["id"][0])
attempt("pyarrow, number of rows:", lambda: pyarrow.parquet.read_metadata("wide.parquet").num_rows)
statements.cast({"serial": polars.String}).write_parquet("text.parquet")
attempt("pyarrow, column id after a cast to text:",
        lambda: pyarrow.parquet.read_table("text.parquet", columns=["id"])["id"][0])
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
