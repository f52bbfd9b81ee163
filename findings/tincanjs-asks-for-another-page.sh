#!/usr/bin/env bash
# "more" of a page of statements is a relative IRL that the client uses as it is. Its query may hold a "+", as Base64
# does, or a parameter twice. Expected: moreStatements of tincanjs asks for exactly that. What happens: it takes the
# query apart as a form does and writes it anew: "+" becomes a blank (%20), of two parameters with one name
# the last is left, and a name without "=" gets one. The LRS sees another cursor than it gave out.
# Seen with tincanjs 0.50.0. An LRS should keep the cursors in its "more" to letters, digits, "-", "_" and ".".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" tincanjs@0.50.0 >/dev/null

want='/xapi/statements?more=Zm9+bw asks for /xapi/statements?more=Zm9%20bw
/xapi/statements?after=a&after=b asks for /xapi/statements?after=b
/xapi/statements?Zm9vYmFy asks for /xapi/statements?Zm9vYmFy=
/xapi/statements?more=Zm9-bw_x.1 asks for /xapi/statements?more=Zm9-bw_x.1'
got=$(cd "$dir" && node - <<'JS'
const TinCan = require("tincanjs");
let asked;
const server = require("http").createServer((request, response) => {
  asked = request.url;
  response.setHeader("Content-Type", "application/json");
  response.end('{"statements":[],"more":""}');
});
server.listen(0, "127.0.0.1", async () => {
  const endpoint = `http://127.0.0.1:${server.address().port}/xapi/`;
  const lrs = new TinCan.LRS({ endpoint, username: "u", password: "p" });
  for (const query of ["more=Zm9+bw", "after=a&after=b", "Zm9vYmFy", "more=Zm9-bw_x.1"]) {
    const url = `/xapi/statements?${query}`;
    await new Promise((callback) => lrs.moreStatements({ url, callback }));
    console.log(url, "asks for", asked);
  }
  server.close();
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
