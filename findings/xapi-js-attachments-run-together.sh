#!/usr/bin/env bash
# @xapi/xapi sends a statement's attachments as multipart/mixed. Expected: a line break before each boundary
# (RFC 2046). What happens: between two attachments it is left out, so a parser takes all that follows the
# first one for its content, and the hashes do not fit. With one attachment the body is right. Under Node,
# with its default adapter, the body goes out as application/octet-stream, too; adapter "fetch" does not.
# Seen with @xapi/xapi 3.0.3, Node 20; 2.2.5 makes the same body. A receiver can find the end by the hash.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @xapi/xapi@3.0.3 >/dev/null

want='fetch multipart/mixed: one--BOUNDARY, two<CRLF>--BOUNDARY--
axios application/octet-stream: one--BOUNDARY, two<CRLF>--BOUNDARY--'
got=$(cd "$dir" && node - <<'JS'
const XAPI = require("@xapi/xapi").default;
const { createHash } = require("crypto");
const server = require("http").createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece)).on("end", () => {
    const boundary = body.slice(2, body.indexOf("\r\n"));
    const ends = ["one", "two"].map((text) => {
      const end = body.slice(body.indexOf("\r\n\r\n" + text) + 4).replaceAll(boundary, "BOUNDARY");
      return end.slice(0, end.indexOf("BOUNDARY") + 10).replaceAll("\r\n", "<CRLF>").replace(/BOUNDARY<.*/, "BOUNDARY");
    });
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify([request.headers["content-type"].split(";")[0] + ": " + ends.join(", ")]));
  });
});
server.listen(0, "127.0.0.1", async () => {
  const texts = ["one", "two"].map((text) => new TextEncoder().encode(text).buffer);
  const attachments = texts.map((text) => ({
    usageType: "http://example.org/usage", display: { en: "a text" }, contentType: "text/plain", length: 3,
    sha2: createHash("sha256").update(Buffer.from(text)).digest("hex"),
  }));
  for (const adapter of ["fetch", "axios"]) {
    const xapi = new XAPI({ endpoint: `http://127.0.0.1:${server.address().port}/`, adapter });
    const statement = {
      actor: { mbox: "mailto:ada@example.org" }, verb: XAPI.Verbs.COMPLETED, object: { id: "http://example.org/a" }, attachments,
    };
    console.log(adapter, (await xapi.sendStatement({ statement, attachments: texts })).data[0]);
  }
  server.close();
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
