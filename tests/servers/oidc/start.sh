#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts an OpenID Connect provider (oidc-provider, from npm) on
# 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop it with: kill PID.
# What it downloads is kept in ${XDG_CACHE_HOME:-~/.cache}/lectern/servers/oidc.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 DATA_DIR PORT" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 port=$2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectern/servers/oidc
mkdir -p "$cache" "$data"

(
  flock 9  # two test runs may start at once
  if ! cmp -s "$here/package.json" "$cache/package.json"; then
    rm -rf "$cache/node_modules"
    npm install --loglevel=error --no-save --no-audit --no-fund --prefix "$cache" \
      "oidc-provider@$(sed -n 's/.*"oidc-provider": "\([^"]*\)".*/\1/p' "$here/package.json")" >&2
    cp "$here/package.json" "$cache/package.json"
  fi
  cmp -s "$here/provider.mjs" "$cache/provider.mjs" || cp "$here/provider.mjs" "$cache/provider.mjs"
) 9> "$cache/lock"

setsid node "$cache/provider.mjs" "$port" >> "$data/server.log" 2>&1 < /dev/null &
pid=$!
for _ in $(seq 600); do
  kill -0 "$pid" 2> /dev/null || { echo "the server ended:" >&2; tail "$data/server.log" >&2; exit 1; }
  if curl -sf "http://127.0.0.1:$port/.well-known/openid-configuration" > /dev/null; then
    echo "$pid"
    exit 0
  fi
  sleep 0.05
done
echo "no answer on port $port" >&2
kill "$pid"
exit 1
