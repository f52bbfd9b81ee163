#!/usr/bin/env bash
# Devices and .NET programs send timestamps with seven or nine digits. PostgreSQL's timestamptz holds six.
# Expected: the digits beyond are cut, so that a statement stays in its second, day and year. What happens: they
# are rounded. The last instant of 2021 with seven digits becomes the first of 2022, and counts in another
# year's report; JavaScript's Date and Python's datetime, which cut, disagree with the database by then.
# Seen with PostgreSQL 18.7 (npm @electric-sql/pglite 0.5.17). An LRS on PostgreSQL cuts the text to six digits
# before it stores it, and compares since and until with the cut value.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @electric-sql/pglite@0.5.17 >/dev/null

want='2021-12-31T23:59:59.999999Z is 2021-12-31 23:59:59.999999+00
2021-12-31T23:59:59.9999999Z is 2022-01-01 00:00:00+00
2021-12-31T23:59:59.9999995Z is 2022-01-01 00:00:00+00
2021-11-29T12:37:59.123456789Z is 2021-11-29 12:37:59.123457+00'
got=$(cd "$dir" && node - <<'JS'
const { PGlite } = require("@electric-sql/pglite");
(async () => {
  const database = await PGlite.create();
  await database.exec("set time zone 'UTC'");
  for (const time of ["2021-12-31T23:59:59.999999Z", "2021-12-31T23:59:59.9999999Z", "2021-12-31T23:59:59.9999995Z",
                      "2021-11-29T12:37:59.123456789Z"]) {
    const { rows } = await database.query("select ($1::text)::timestamptz::text as kept", [time]);
    console.log(`${time} is ${rows[0].kept}`);
  }
  await database.close();
})();
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
