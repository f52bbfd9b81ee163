#!/usr/bin/env bash
# Dashboards in JavaScript turn result.duration into seconds with a library. Expected: the usual three agree,
# or say that months have no fixed length. What happens: P1Y2M10DT2H30M has three lengths, a day apart and
# more, without a warning: each has its own average month and year. And dayjs reads PT1,5S, whose comma
# ISO 8601 allows, as zero, where the others read 1.5 s.
# Seen with luxon 3.7.2, moment 2.31.0 and dayjs 1.11.23. Senders should keep to days and smaller units;
# dashboards should take seconds that the LRS has computed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" \
  luxon@3.7.2 moment@2.31.0 dayjs@1.11.23 >/dev/null

want='P1Y2M10DT2H30M luxon 37593000 moment 37679400 dayjs 37665000
PT1,5S luxon 1.5 moment 1.5 dayjs 0
PT36H luxon 129600 moment 129600 dayjs 129600'
got=$(cd "$dir" && node - <<'JS'
const luxon = require("luxon"), moment = require("moment"), dayjs = require("dayjs");
dayjs.extend(require("dayjs/plugin/duration"));
for (const text of ["P1Y2M10DT2H30M", "PT1,5S", "PT36H"])
  console.log(text, "luxon", luxon.Duration.fromISO(text).as("seconds"),
    "moment", moment.duration(text).asSeconds(), "dayjs", dayjs.duration(text).asSeconds());
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
