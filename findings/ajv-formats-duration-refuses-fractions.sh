#!/usr/bin/env bash
# JSON Schemas for statements give result.duration the format "duration". Expected: ajv-formats takes
# PT1.5S, as ISO 8601 has it and as xAPI asks for a precision of hundredths. What happens: every fraction is
# refused, so are weeks beside other parts; whole seconds and weeks alone pass.
# Seen with ajv 8.20.0 and ajv-formats 3.0.1 (the grammar of RFC 3339's appendix has no fractions). Schemas
# for statements need a pattern of their own instead of this format.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" ajv@8.20.0 ajv-formats@3.0.1 >/dev/null

want='PT1S true
P1W true
PT1.5S false
PT1M30.25S false
PT0.5H false'
got=$(cd "$dir" && node - <<'JS'
const Ajv = require("ajv").default;
const ajv = new Ajv();
require("ajv-formats").default(ajv);
const taken = ajv.compile({ type: "string", format: "duration" });
for (const text of ["PT1S", "P1W", "PT1.5S", "PT1M30.25S", "PT0.5H"]) console.log(text, taken(text));
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
