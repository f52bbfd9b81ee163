#!/usr/bin/env bash
# start.sh DATA_DIR PORT [TCP_PORT]: starts a ClickHouse 26.7 server (the engine of libchdb, from
# npm, with its own HTTP interface) on 127.0.0.1:PORT in the background, waits until it answers,
# prints its pid. Stop it with: kill PID.
. "$(dirname "$0")/../starting.sh"
tcp=${3:-$((port + 877))}
package=@chdb/lib-linux-x64-gnu@26.7.3-stable.1
lib=$cache/node_modules/@chdb/lib-linux-x64-gnu

build() {
  [ -f "$lib/libchdb.so" ] ||
    npm install --loglevel=error --no-save --no-audit --no-fund --prefix "$cache" "$package" >&2
  if [ ! -x "$cache/chserver" ] || [ "$here/chserver.c" -nt "$cache/chserver" ]; then
    cc -O2 -o "$cache/chserver" "$here/chserver.c" -L "$lib" -lchdb -Wl,-rpath,"$lib" -pthread
  fi
}

one_at_a_time build
# UTC as in the official image: with another name of the zone Ralph's client gives back aware
# datetimes, on which its paging fails.
export TZ=UTC
start 30 answers ping -- \
  "$cache/chserver" "$data" "$port" "$tcp" 127.0.0.1 --config-file "$here/config.xml"
