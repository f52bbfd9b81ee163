#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts mongo-java-server 1.47 (MongoDB 5.0's wire protocol, data in memory,
# log in DATA_DIR) on 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop
# it with: kill PID. What it downloads and compiles is kept in
# ${XDG_CACHE_HOME:-~/.cache}/lectern/servers/mongo. HEAP (1g) is the JVM's heap.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 DATA_DIR PORT" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 port=$2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectern/servers/mongo
mkdir -p "$cache"

(
  flock 9  # two test runs may start at once
  if [ ! -e "$cache/libs.done" ] || [ "$here/pom.xml" -nt "$cache/libs.done" ]; then
    cp "$here/pom.xml" "$cache/pom.xml"
    mvn -B -q -Dstyle.color=never -f "$cache/pom.xml" dependency:copy-dependencies -DoutputDirectory="$cache/libs" >&2
    touch "$cache/libs.done"
  fi
  class=$cache/classes/MongoFixture.class
  if [ ! -e "$class" ] || [ "$here/MongoFixture.java" -nt "$class" ] ||
      [ "$here/SecondaryIndex.java" -nt "$class" ]; then
    javac -d "$cache/classes" -cp "$cache/libs/*" "$here"/*.java
  fi
) 9> "$cache/lock"

answers() { (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
if answers; then echo "port $port is taken" >&2; exit 1; fi
mkdir -p "$data"
log=$data/server.log
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
setsid "$java" -Xmx"${HEAP:-1g}" -cp "$cache/classes:$cache/libs/*" MongoFixture "$port" \
  >> "$log" 2>&1 < /dev/null &
pid=$!
for _ in $(seq 600); do
  kill -0 "$pid" 2>/dev/null || { echo "the server ended:" >&2; tail "$log" >&2; exit 1; }
  if answers; then echo "$pid"; exit 0; fi
  sleep 0.05
done
echo "no answer on port $port" >&2
kill "$pid"
exit 1
