#!/usr/bin/env bash
# Learning Locker judges statements with @learninglocker/xapi-validation. A scheme of an IRI may hold digits,
# "+", "-" and "." (RFC 3986, 3.1), as in Open edX's course-v1:... and block-v1:... keys.
# Expected: such ids are taken. What happens: they are refused, as are coap+tcp: and android-app:; urn:
# and tag: pass. At the same time a timestamp on 30 February and a hash of twelve digits pass.
# Seen with @learninglocker/xapi-validation 3.0.0. Met by whoever moves statements between Learning Locker and
# another LRS: ids that are to go there need an http(s) form, and what comes from there can hold impossible dates.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" @learninglocker/xapi-validation@3.0.0 >/dev/null

want='course-v1:edX+DemoX+2024 refused
android-app://com.example/x refused
coap+tcp://a.example/x refused
urn:example:a taken
timestamp 2021-02-30T12:00:00Z taken
mbox_sha1sum ebd31e95054c taken'
got=$(cd "$dir" && node - <<'JS'
const validate = require("@learninglocker/xapi-validation").default;
const judge = (name, change) => {
  const plain = { actor: { mbox: "mailto:a@example.com" }, verb: { id: "http://a.example/v" },
                  object: { id: "http://a.example/o" } };
  console.log(name, validate({ ...plain, ...change }, ["statement"]).length ? "refused" : "taken");
};
for (const id of ["course-v1:edX+DemoX+2024", "android-app://com.example/x", "coap+tcp://a.example/x", "urn:example:a"])
  judge(id, { object: { id } });
judge("timestamp 2021-02-30T12:00:00Z", { timestamp: "2021-02-30T12:00:00Z" });
judge("mbox_sha1sum ebd31e95054c", { actor: { mbox_sha1sum: "ebd31e95054c" } });
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
