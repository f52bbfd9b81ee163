#!/usr/bin/env bash
# A client reads statements page by page: each answer names the next page in "more". Expected: tincanjs hands
# "more" on whether attachments were asked for or not. What happens: with attachments=true it keeps the
# statements of the page and drops "more", so the first page looks like the last one and every later statement
# is never read; no error is raised.
# Seen with tincanjs 0.50.0. Met by whoever copies statements with their attachments to another LRS: compare
# the counts, or page by since and ascending, which need no "more".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" tincanjs@0.50.0 >/dev/null

want='attachments=false: statements 1, more /xapi/statements?cursor=2
attachments=true: statements 1, more null'
got=$(cd "$dir" && node - <<'JS'
const TinCan = require("tincanjs");
const page = JSON.stringify({ more: "/xapi/statements?cursor=2", statements: [{
  id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8", actor: { mbox: "mailto:ada@example.org" },
  verb: { id: "http://example.org/v" }, object: { id: "http://example.org/a" } }] });
const server = require("http").createServer((request, response) => {
  const multipart = request.url.includes("attachments=true");
  response.setHeader("Content-Type", multipart ? "multipart/mixed; boundary=edge" : "application/json");
  response.end(multipart ? `--edge\r\nContent-Type: application/json\r\n\r\n${page}\r\n--edge--\r\n` : page);
});
server.listen(0, "127.0.0.1", async () => {
  const endpoint = `http://127.0.0.1:${server.address().port}/xapi/`;
  const lrs = new TinCan.LRS({ endpoint, username: "u", password: "p" });
  for (const attachments of [false, true])
    await new Promise((done) => lrs.queryStatements({ params: { attachments }, callback: (error, result) => {
      console.log(`attachments=${attachments}: statements ${result.statements.length}, more ${result.more}`);
      done();
    } }));
  server.close();
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
