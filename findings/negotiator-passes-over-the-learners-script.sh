#!/usr/bin/env bash
# With format=canonical an LRS chooses one language of each map by Accept-Language. Express and other Node servers
# choose with the package negotiator. Expected: as RFC 4647's lookup does, zh-Hant-TW is served by zh-Hant and
# sr-Latn-RS by sr-Latn. What happens: only the part before the first hyphen is tried besides the whole tag,
# so de-CH finds de, but zh-Hant-TW does not find zh-Hant and a learner from Taiwan gets the English name
# although the Chinese one is there. Nor is zh-Hant found for a map that has zh-Hant-TW, while de finds de-AT.
# Seen with negotiator 1.1.0. An LRS in Node should cut subtags off one by one itself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" negotiator@1.1.0 >/dev/null

want='de-CH, en;q=0.1 of en de: de
zh-Hant-TW, en;q=0.1 of en zh-Hant: en
sr-Latn-RS, en;q=0.1 of en sr-Latn: en
de of de-AT: de-AT
zh-Hant of zh-Hant-TW: nothing'
got=$(cd "$dir" && node - <<'JS'
const Negotiator = require("negotiator");
for (const [accepted, offered] of [["de-CH, en;q=0.1", ["en", "de"]], ["zh-Hant-TW, en;q=0.1", ["en", "zh-Hant"]],
    ["sr-Latn-RS, en;q=0.1", ["en", "sr-Latn"]], ["de", ["de-AT"]], ["zh-Hant", ["zh-Hant-TW"]]]) {
  const chosen = new Negotiator({ headers: { "accept-language": accepted } }).language(offered);
  console.log(`${accepted} of ${offered.join(" ")}: ${chosen ?? "nothing"}`);
}
JS
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
