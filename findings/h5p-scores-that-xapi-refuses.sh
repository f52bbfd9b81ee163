#!/usr/bin/env bash
# H5P content in h5p-standalone sends xAPI events about a learner's score. Expected: scores within the rules of xAPI
# (min below max, raw between them, scaled from -1 to 1), and a person told apart from others or none.
# What happens: content without points sends min 0 beside max 0, bonus points give raw 4 of max 3 and scaled
# 1.3333, a penalty gives raw -1 below min 0, and every user without a mail address is mailto:undefined.
# Seen with h5p-standalone 3.8.2, in jsdom 29.1.1. A strict LRS refuses the first three, and with them the news that the
# learner has finished; the last one passes and makes one person of many. The page that forwards the
# events should put the score right and name the actor by an account.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" h5p-standalone@3.8.2 jsdom@29.1.1 >/dev/null

want='0 of 0 points: {"min":0,"max":0,"raw":0}
4 of 3 points: {"min":0,"max":3,"raw":4,"scaled":1.3333}
-1 of 3 points: {"min":0,"max":3,"raw":-1,"scaled":-0.3333}
2 of 3 points: {"min":0,"max":3,"raw":2,"scaled":0.6667}
a user without mail: {"name":"Ada","mbox":"mailto:undefined","objectType":"Agent"}'
got=$(cd "$dir" && node - <<'JS'
const { JSDOM, VirtualConsole } = require("jsdom");
const { window } = new JSDOM("", { url: "http://lms.example/", runScripts: "outside-only", virtualConsole: new VirtualConsole() });
window.H5PIntegration = { siteUrl: "http://lms.example", user: { name: "Ada" }, contents: {} };
window.eval(require("fs").readFileSync("node_modules/h5p-standalone/dist/frame.bundle.js", "utf8"));
const { XAPIEvent } = window.H5P;
for (const [points, max] of [[0, 0], [4, 3], [-1, 3], [2, 3]]) {
  const event = new XAPIEvent();
  event.setScoredResult(points, max, {}, true);
  console.log(`${points} of ${max} points:`, JSON.stringify(event.data.statement.result.score));
}
const event = new XAPIEvent();
event.setActor();
console.log("a user without mail:", JSON.stringify(event.data.statement.actor));
window.close();
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
