#!/usr/bin/env bash
# @xapi/xapi reads statements with attachments=true from an answer in multipart/mixed. Expected: each text
# attachment comes back as it was stored, so that its length and hash still fit. What happens: of a text with
# CRLF line ends only the last line is left, blanks at the end are cut, and an empty attachment comes back
# as a header line of its own part. No error is raised, with either adapter.
# Seen with @xapi/xapi 3.0.3, Node 20. Met by whoever shows or copies learners' essays through it: read the
# multipart answer with another parser, and compare the hash.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @xapi/xapi@3.0.3 >/dev/null

want='fetch: ["the end","note","X-Experience-API-Hash: 0c"]
axios: ["the end","note","X-Experience-API-Hash: 0c"]'
got=$(cd "$dir" && node - <<'JS'
const XAPI = require("@xapi/xapi").default;
const texts = ["my essay\r\n\r\nthe end", "note \n", ""];
const server = require("http").createServer((request, response) => {
  const part = (headers, content) => `--edge\r\n${headers}\r\n\r\n${content}\r\n`;
  response.setHeader("Content-Type", "multipart/mixed; boundary=edge");
  response.end(part("Content-Type: application/json", '{"statements":[],"more":""}') +
    texts.map((text, i) => part("Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n" +
      `X-Experience-API-Hash: 0${"abc"[i]}`, text)).join("") + "--edge--\r\n");
});
server.listen(0, "127.0.0.1", async () => {
  for (const adapter of ["fetch", "axios"]) {
    const xapi = new XAPI({ endpoint: `http://127.0.0.1:${server.address().port}/`, adapter });
    const [, ...read] = (await xapi.getStatements({ attachments: true })).data;
    console.log(`${adapter}: ${JSON.stringify(read)}`);
  }
  server.close();
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
