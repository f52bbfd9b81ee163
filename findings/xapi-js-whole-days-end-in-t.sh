#!/usr/bin/env bash
# @xapi/xapi has a helper that gives the duration between two dates as an ISO 8601 text. Expected: a day is
# P1D. What happens: a whole number of days ends in a T with nothing behind it, P1DT, which is not ISO 8601
# and which a strict LRS refuses; Learning Locker's validator takes it. A span that ends before it begins, as
# clocks that are set back give, is PT0S.
# Seen with @xapi/xapi 3.0.3. Senders cut a T at the end; whoever looks for refused statements looks for it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @xapi/xapi@3.0.3 >/dev/null

want='1 h PT1H
24 h P1DT
36 h P1DT12H
48 h P2DT
-1 h PT0S'
got=$(cd "$dir" && node - <<'JS'
const XAPI = require("@xapi/xapi").default;
for (const hours of [1, 24, 36, 48, -1])
  console.log(hours, "h", XAPI.calculateISO8601Duration(new Date(0), new Date(hours * 3600000)));
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
