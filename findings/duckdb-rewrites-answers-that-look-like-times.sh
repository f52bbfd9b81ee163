#!/usr/bin/env bash
# An analyst reads a file of statements with DuckDB's read_json and writes them again as JSON lines. Expected: the
# responses of learners, JSON strings, are texts afterwards as well. What happens: when all the responses read
# look like times or dates, the column becomes one: 12:30 is written 12:30:00, and 01-02-2020 is taken for the
# first of February. One other answer in the file, and all stay as they were. Ids are written in small letters.
# Seen with DuckDB 2.0.1. Read with columns = {id: 'VARCHAR', result: 'JSON'} and the like, or with
# read_ndjson_objects, before comparing responses with the right ones or importing the file anywhere.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q duckdb==2.0.1

want='12:30, 09:15 become 12:30:00, 09:15:00
01-02-2020, 05-06-2020 become 2020-02-01, 2020-06-05
12:30, noon become 12:30, noon
id 6BA7B810-9DAD-41D1-80B4-00C04FD430C8 becomes 6ba7b810-9dad-41d1-80b4-00c04fd430c8'
got=$(cd "$dir" && venv/bin/python - <<'PY'
import duckdb, json
def copied(statements):
    with open("in.jsonl", "w") as file:
        file.writelines(json.dumps(statement) + "\n" for statement in statements)
    duckdb.execute("copy (select * from read_json('in.jsonl')) to 'out.jsonl' (format json)")
    return [json.loads(line) for line in open("out.jsonl")]
for responses in (["12:30", "09:15"], ["01-02-2020", "05-06-2020"], ["12:30", "noon"]):
    after = copied({"result": {"response": response}} for response in responses)
    print(", ".join(responses), "become", ", ".join(statement["result"]["response"] for statement in after))
id = "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"
print("id", id, "becomes", copied([{"id": id}])[0]["id"])
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
