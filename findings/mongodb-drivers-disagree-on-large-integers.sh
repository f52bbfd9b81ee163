#!/usr/bin/env bash
# A statement is written to MongoDB from Node, as Learning Locker does, and read from Python, or the other way; each
# side uses its driver's BSON. Expected: an integer, such as an attachment's length or milliseconds in an extension,
# is one on both sides. What happens: Node writes integers beyond 31 bits as doubles, and Python gives them
# out as 3000000000.0, while smaller ones stay integers; and beyond 53 bits what Python wrote comes out of
# Node's JSON as an object of two halves in the place of the number.
# Seen with bson 7.3.4 (npm) and pymongo 4.20.1. Readers in Python turn whole doubles back; readers in Node use
# useBigInt64 and write such numbers themselves; an LRS keeps the statement's text beside the document.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" bson@7.3.4 >/dev/null
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pymongo==4.20.1

want='Node to Python: {"length": 2147483647, "urn:ms": 1638189479839.0, "urn:size": 3000000000.0}
Python to Node: {"length":2147483647,"urn:ms":1638189479839,"urn:serial":{"high":2097152,"low":1,"unsigned":false}}'
got=$(cd "$dir" && {
  node -e '
    const document = { length: 2147483647, "urn:ms": 1638189479839, "urn:size": 3000000000 };
    require("fs").writeFileSync("node.bson", require("bson").serialize(document));'
  venv/bin/python - <<'PY'
import bson, json
print("Node to Python:", json.dumps(bson.decode(open("node.bson", "rb").read())))
document = {"length": 2147483647, "urn:ms": 1638189479839, "urn:serial": 9007199254740993}
open("python.bson", "wb").write(bson.encode(document))
PY
  node -e '
    const document = require("bson").deserialize(require("fs").readFileSync("python.bson"));
    console.log("Python to Node:", JSON.stringify(document));'
})
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
