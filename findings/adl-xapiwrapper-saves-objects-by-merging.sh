#!/usr/bin/env bash
# A course saves a learner's state twice with sendState: first where it was left and what is done, then, at the end,
# only what is done; once as an object, once as the text of the same JSON.
# Expected: what is saved last is the state. What happens: an object goes out as POST, which an LRS merges into what it
# has, so members that were left out stay; the text goes out as PUT, which replaces it, but under the type
# application/octect-stream, into which the standard lets nobody merge: an object saved after a text is refused.
# Seen with adl-xapiwrapper 0.2.3 (npm). sendActivityProfile and sendAgentProfile do the same. Members that shall go must
# be set to null in the object, and whoever reads states must not trust their type.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts adl-xapiwrapper@0.2.3
cat > states.js <<'JS'
const http = require("http");
const { XAPIWrapper } = require("adl-xapiwrapper");

let kept = {};
const lrs = http.createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    kept = request.method === "POST" ? { ...kept, ...JSON.parse(body) } : JSON.parse(body);
    console.log(`${request.method} ${request.headers["content-type"]}: now ${JSON.stringify(kept)}`);
    response.writeHead(204).end();
  });
});
lrs.listen(0, "127.0.0.1", () => {
  const client = new XAPIWrapper({ url: `http://127.0.0.1:${lrs.address().port}/xAPI/`, auth: { user: "u", pass: "p" } });
  const save = (state) =>
    new Promise((saved) =>
      client.sendState("https://example.org/course", { mbox: "mailto:learner@example.org" }, "bookmark", null, state,
                       null, null, saved));
  const states = [{ page: 7, done: [1] }, { done: [1, 2] }];
  (async () => {
    for (const state of states) await save(state);
    kept = {};
    for (const state of states) await save(JSON.stringify(state));
    lrs.close();
  })();
});
JS
want='POST application/json: now {"page":7,"done":[1]}
POST application/json: now {"page":7,"done":[1,2]}
PUT application/octect-stream: now {"page":7,"done":[1]}
PUT application/octect-stream: now {"done":[1,2]}'
got=$(node --no-deprecation states.js)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
