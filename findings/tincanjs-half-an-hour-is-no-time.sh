#!/usr/bin/env bash
# TinCan.Utils of tincanjs turns milliseconds into an ISO 8601 duration and such a duration back.
# Expected: the way back gives the same milliseconds. What happens: without both minutes and seconds the
# hours are counted once more as seconds, so 36 hours come back as 36 hours and 36 seconds; and a duration
# that ends in minutes, the most usual one, is zero: PT30M is 0 and PT2H30M is 0. No error is raised.
# Seen with tincanjs 0.50.0. Met by courses that show or add up durations which another tool sent: write
# seconds at the end (PT30M0S), or read durations with another library.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" tincanjs@0.50.0 >/dev/null

want='PT30M 0
PT2H30M 0
PT30M0S 1800000
PT1H 3601000
PT0.5H 500
129600000 is written PT36H0S and read 129636000'
got=$(cd "$dir" && node - <<'JS'
const { Utils } = require("tincanjs");
for (const text of ["PT30M", "PT2H30M", "PT30M0S", "PT1H", "PT0.5H"])
  console.log(text, Utils.convertISO8601DurationToMilliseconds(text));
const written = Utils.convertMillisecondsToISO8601Duration(129600000);
console.log("129600000 is written", written, "and read", Utils.convertISO8601DurationToMilliseconds(written));
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
