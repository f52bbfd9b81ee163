#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts a real OpenSearch 2.19.5 node (from Maven Central) on 127.0.0.1:PORT in the background, waits until
# GET / answers, prints its pid. Stop it with: kill PID. What it downloads and compiles is kept in
# ${XDG_CACHE_HOME:-~/.cache}/lectern/servers/opensearch. HEAP (1g) is the JVM's heap, WAIT (180) the
# seconds to wait; the log is DATA_DIR/node.log.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 DATA_DIR PORT" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
port=$2
url=http://127.0.0.1:$port/
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectern/servers/opensearch
mkdir -p "$cache"

(
  flock 9  # two test runs may start at once
  if [ ! -e "$cache/built" ] || [ -n "$(find "$here" -newer "$cache/built" -print -quit)" ]; then
    rm -rf "$cache/src"
    cp -r "$here/." "$cache"
    mvn -B -q -Dstyle.color=never -f "$cache/pom.xml" process-classes >&2
    touch "$cache/built"
  fi
) 9> "$cache/lock"
if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then echo "port $port is taken" >&2; exit 1; fi

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
setsid "$java" -Xms256m -Xmx"${HEAP:-1g}" -Dlog4j2.disable.jmx=true -cp "$cache/target/classes:$cache/target/lib/*" \
  fixture.OpenSearchNode "$here/config" "$data" "$port" \
  > "$data/node.log" 2>&1 < /dev/null &
pid=$!
for _ in $(seq $((${WAIT:-180} * 5))); do
  kill -0 "$pid" 2> /dev/null || break
  if curl -sf -o /dev/null --max-time 2 "$url"; then echo "$pid"; exit 0; fi
  sleep 0.2
done
kill "$pid" 2> /dev/null || true
echo "the node did not start; the end of $data/node.log:" >&2
tail -n 20 "$data/node.log" >&2
exit 1
