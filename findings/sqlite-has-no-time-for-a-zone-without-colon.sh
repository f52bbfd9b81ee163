#!/usr/bin/env bash
# lrsql and small LRSs keep statements in SQLite. ISO 8601 writes a zone as +05:30, as +0530 or as +05, and RFC 3339 takes a
# small "t" and "z". Expected: SQLite's date functions read all of them, or raise an error. What happens: only
# the form with the colon and a large T and Z are read; for the others date(), unixepoch() and strftime() are
# NULL, so a report by day or by time leaves these statements out without a word.
# Seen with SQLite 3.54.1 (npm sql.js 1.17.0). Store timestamps in UTC with a Z, as the LRS parsed them, beside the
# text that came; count rows whose date() is NULL.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" sql.js@1.17.0 >/dev/null

want='2021-11-29T12:37:59+05:30 1638169679 2021-11-29
2021-11-29T12:37:59+0530 NULL NULL
2021-11-29T12:37:59+05 NULL NULL
2021-11-29T12:37:59Z 1638189479 2021-11-29
2021-11-29t12:37:59z NULL NULL
statements on that day: 2 of 5'
got=$(cd "$dir" && node - <<'JS'
require("sql.js")().then(({ Database }) => {
  const database = new Database();
  database.run("create table statement(time text)");
  for (const end of ["T12:37:59+05:30", "T12:37:59+0530", "T12:37:59+05", "T12:37:59Z", "t12:37:59z"])
    database.run("insert into statement values ('2021-11-29' || ?)", [end]);
  const rows = (query) => database.exec(query)[0].values;
  for (const row of rows("select time, unixepoch(time), date(time) from statement"))
    console.log(row.map((value) => value ?? "NULL").join(" "));
  console.log("statements on that day:",
    ...rows("select sum(date(time) = '2021-11-29') || ' of ' || count(*) from statement")[0]);
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
