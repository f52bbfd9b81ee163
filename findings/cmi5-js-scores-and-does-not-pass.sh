#!/usr/bin/env bash
# moveOn({ score }) of @xapi/cmi5 ends a session with a score. cmi5 lets an LMS leave the mastery score out or set it
# to 0 (section 10), and allows a score in passed and failed only (9.5.1). Expected: a passed statement carries
# the score. What happens: without a mastery score, and with one of 0, nobody passes or fails; the
# score goes out twice instead, in completed and in terminated, where cmi5 forbids it.
# Seen with @xapi/cmi5 1.4.0. An LMS has to void these two statements (6.3) and waits for passed; reports count one
# score twice. Courses call pass(score) and complete() themselves, and an LRS's statistics take a score per
# registration and activity once.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @xapi/cmi5@1.4.0 >/dev/null

want='mastery score 0.5: passed 0.7, completed, terminated
mastery score 0: completed 0.7, terminated 0.7
mastery score undefined: completed 0.7, terminated 0.7'
got=$(cd "$dir" && node - <<'JS'
const Cmi5 = require("./node_modules/@xapi/cmi5/dist/Cmi5.umd.js");
(async () => {
  for (const masteryScore of [0.5, 0, undefined]) {
    const cmi5 = new Cmi5({ fetch: "http://lms.example/f", endpoint: "http://lrs.example/",
      activityId: "http://lms.example/au", registration: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
      actor: { account: { homePage: "http://lms.example", name: "ada" } } });
    const sent = [];
    cmi5._xapi = { sendStatement: async ({ statement }) => {
      sent.push([statement.verb.id.split("/").pop(), statement.result.score?.scaled].join(" ").trim());
    } };
    cmi5._launchData = { launchMode: "Normal", contextTemplate: {}, masteryScore };
    cmi5._initializedDate = new Date();
    await cmi5.moveOn({ score: 0.7 });
    console.log(`mastery score ${masteryScore}: ${sent.join(", ")}`);
  }
})();
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
