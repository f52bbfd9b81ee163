#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts an OpenID Connect provider (oidc-provider, from npm) on
# 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop it with: kill PID.
. "$(dirname "$0")/../starting.sh"

build() {
  if ! cmp -s "$here/package.json" "$cache/package.json"; then
    rm -rf "$cache/node_modules"
    npm install --loglevel=error --no-save --no-audit --no-fund --prefix "$cache" \
      "oidc-provider@$(sed -n 's/.*"oidc-provider": "\([^"]*\)".*/\1/p' "$here/package.json")" >&2
    cp "$here/package.json" "$cache/package.json"
  fi
  cmp -s "$here/provider.mjs" "$cache/provider.mjs" || cp "$here/provider.mjs" "$cache/provider.mjs"
}

one_at_a_time build
start 30 answers .well-known/openid-configuration -- node "$cache/provider.mjs" "$port"
