#!/usr/bin/env bash
# A signed statement carries a JWS whose payload is the statement (xAPI, signed statements); jsonwebtoken is the
# usual npm package for JWS. Expected: the payload of sign(statement) is that statement. What happens: an
# "iat" member with the time is added, as in login tokens. The payload is then no valid statement and not equal
# to the one sent, and an LRS that compares them, as it must, refuses the request with 400.
# Seen with jsonwebtoken 9.0.3. Sign the statement's text, pass noTimestamp: true, or use a package for JWS
# alone; jose adds nothing.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" jsonwebtoken@9.0.3 jose@6.2.18 >/dev/null

want='jsonwebtoken, object: id actor verb object iat
jsonwebtoken, text: id actor verb object
jsonwebtoken, noTimestamp: id actor verb object
jose: id actor verb object'
got=$(cd "$dir" && node - <<'JS'
const { sign } = require("jsonwebtoken");
const { SignJWT } = require("jose");
const { privateKey } = require("crypto").generateKeyPairSync("rsa", { modulusLength: 2048 });
const statement = { id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8", actor: { mbox: "mailto:ada@example.org" },
                    verb: { id: "http://example.org/v" }, object: { id: "http://example.org/a" } };
const algorithm = "RS256";
const show = (way, jws) =>
  console.log(`${way}:`, Object.keys(JSON.parse(Buffer.from(jws.split(".")[1], "base64url"))).join(" "));
show("jsonwebtoken, object", sign(statement, privateKey, { algorithm }));
show("jsonwebtoken, text", sign(JSON.stringify(statement), privateKey, { algorithm }));
show("jsonwebtoken, noTimestamp", sign(statement, privateKey, { algorithm, noTimestamp: true }));
new SignJWT(statement).setProtectedHeader({ alg: algorithm }).sign(privateKey).then((jws) => show("jose", jws));
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
