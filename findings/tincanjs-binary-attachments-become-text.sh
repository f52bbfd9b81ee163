#!/usr/bin/env bash
# tincanjs sends an attachment's bytes, here the beginning of a PNG picture, from Node. Expected: the part holds
# the bytes whose length and hash the statement names. What happens: the whole multipart body is made a
# text before it is sent, and every byte that is not UTF-8 arrives as the replacement character U+FFFD: 11
# bytes become 17, and their hash is another one. The library reports success; a text in ASCII arrives whole.
# Seen with tincanjs 0.50.0, Node 20. An LRS that compares the hash refuses such a statement; one that does not
# keeps a picture that nobody can open. Senders under Node use fileUrl, or another library for the upload.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" tincanjs@0.50.0 >/dev/null

want='library says ok
bytes 89504e470d0a1a0a00ff80 arrive as efbfbd504e470d0a1a0a00efbfbdefbfbd
the named hash fits the given bytes: true
the named hash fits the received bytes: false'
got=$(cd "$dir" && node - <<'JS'
const TinCan = require("tincanjs");
const { createHash } = require("crypto");
const given = Buffer.from("89504e470d0a1a0a00ff80", "hex");
const sha2 = (bytes) => createHash("sha256").update(bytes).digest("hex");
let received;
const server = require("http").createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece)).on("end", () => {
    const body = Buffer.concat(pieces);
    received = body.subarray(body.lastIndexOf("\r\n\r\n") + 4, body.lastIndexOf("\r\n--"));
    response.writeHead(204).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const lrs = new TinCan.LRS({ endpoint: `http://127.0.0.1:${server.address().port}/`, username: "u", password: "p" });
  const statement = new TinCan.Statement({
    actor: { mbox: "mailto:ada@example.org" }, verb: { id: "http://example.org/v" }, object: { id: "http://example.org/a" },
    attachments: [{ usageType: "http://example.org/usage", display: { en: "a picture" }, contentType: "image/png",
                    content: new Uint8Array(given).buffer }],
  });
  lrs.saveStatement(statement, { callback: (error) => {
    console.log("library says", error === null ? "ok" : error);
    console.log("bytes", given.toString("hex"), "arrive as", received.toString("hex"));
    console.log("the named hash fits the given bytes:", statement.attachments[0].sha2 === sha2(given));
    console.log("the named hash fits the received bytes:", statement.attachments[0].sha2 === sha2(received));
    server.close();
  } });
});
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
