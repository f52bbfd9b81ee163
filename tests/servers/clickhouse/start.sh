#!/usr/bin/env bash
# start.sh DATA_DIR PORT [TCP_PORT]: starts a ClickHouse 26.7 server (the engine of libchdb, from
# npm, with its own HTTP interface) on 127.0.0.1:PORT in the background, waits until it answers,
# prints its pid. Stop it with: kill PID. What it downloads and compiles is kept in
# ${XDG_CACHE_HOME:-~/.cache}/lectern/servers/clickhouse.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 DATA_DIR PORT [TCP_PORT]" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 http=$2 tcp=${3:-$(($2 + 877))}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectern/servers/clickhouse
package=@chdb/lib-linux-x64-gnu@26.7.3-stable.1
lib=$cache/node_modules/@chdb/lib-linux-x64-gnu
mkdir -p "$cache"

(
  flock 9  # two test runs may start at once
  [ -f "$lib/libchdb.so" ] ||
    npm install --loglevel=error --no-save --no-audit --no-fund --prefix "$cache" "$package" >&2
  if [ ! -x "$cache/chserver" ] || [ "$here/chserver.c" -nt "$cache/chserver" ]; then
    cc -O2 -o "$cache/chserver" "$here/chserver.c" -L "$lib" -lchdb -Wl,-rpath,"$lib" -pthread
  fi
) 9> "$cache/lock"

if (exec 3<> "/dev/tcp/127.0.0.1/$http") 2> /dev/null; then echo "port $http is taken" >&2; exit 1; fi
mkdir -p "$data"
data=$(cd "$data" && pwd)
# UTC as in the official image: with another name of the zone Ralph's client gives back aware
# datetimes, on which its paging fails.
TZ=UTC setsid "$cache/chserver" "$data" "$http" "$tcp" 127.0.0.1 --config-file "$here/config.xml" \
  >> "$data/server.log" 2>&1 < /dev/null &
pid=$!
for _ in $(seq 600); do
  kill -0 "$pid" 2> /dev/null || { echo "the server ended:" >&2; tail "$data/server.log" >&2; exit 1; }
  if curl -sf "http://127.0.0.1:$http/ping" > /dev/null; then echo "$pid"; exit 0; fi
  sleep 0.05
done
echo "no answer on port $http" >&2
kill "$pid"
exit 1
