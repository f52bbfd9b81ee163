#!/usr/bin/env bash
# @xapi/cmi5 writes the right answers of numeric and performance questions. xAPI separates the ends of a numeric
# range by [:] and leaves an open end out, as in 1[:] for "at least 1". Expected: such patterns. What happens:
# one bound alone is lost, so that "at least 1" and "at most 10" both become ":", and two bounds of a numeric
# question are joined by a plain colon (0:10). What the course asked for cannot be told afterwards.
# Seen with @xapi/cmi5 1.4.0. Met by whoever works out from the pattern whether a response was right: trust
# result.success only, and write such definitions by hand with the general interaction().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @xapi/cmi5@1.4.0 >/dev/null

want='{"min":1} is written :
{"max":10} is written :
{"min":0,"max":10} is written 0:10
{"exact":5} is written 5
performance {"min":1} is written weigh[.]:'
got=$(cd "$dir" && node - <<'JS'
const Cmi5 = require("./node_modules/@xapi/cmi5/dist/Cmi5.umd.js");
const cmi5 = new Cmi5({ fetch: "http://lms.example/f", endpoint: "http://lrs.example/",
  activityId: "http://lms.example/au", registration: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
  actor: { account: { homePage: "http://lms.example", name: "ada" } } });
cmi5._launchData = { launchMode: "Normal", contextTemplate: {} };
let pattern;
cmi5.sendXapiStatement = async ({ object }) => { [pattern] = object.definition.correctResponsesPattern; };
(async () => {
  for (const right of [{ min: 1 }, { max: 10 }, { min: 0, max: 10 }, { exact: 5 }]) {
    await cmi5.interactionNumeric("test", "question", 7, right);
    console.log(JSON.stringify(right), "is written", pattern);
  }
  await cmi5.interactionPerformance("test", "question", { weigh: 7 }, { weigh: { min: 1 } });
  console.log('performance {"min":1} is written', pattern);
})();
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
