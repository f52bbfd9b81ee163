#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts mongo-java-server 1.47 (MongoDB 5.0's wire protocol, data in memory)
# on 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop it with: kill
# PID. HEAP (1g) is the JVM's heap.
. "$(dirname "$0")/../starting.sh"

build() {
  if [ ! -e "$cache/libs.done" ] || [ "$here/pom.xml" -nt "$cache/libs.done" ]; then
    cp "$here/pom.xml" "$cache/pom.xml"
    rm -rf "$cache/libs"
    mvn -B -q -Dstyle.color=never -f "$cache/pom.xml" dependency:copy-dependencies -DoutputDirectory="$cache/libs" >&2
    touch "$cache/libs.done"
  fi
  local class=$cache/classes/MongoFixture.class
  if [ ! -e "$class" ] || [ "$here/MongoFixture.java" -nt "$class" ] ||
      [ "$here/SecondaryIndex.java" -nt "$class" ]; then
    javac -d "$cache/classes" -cp "$cache/libs/*" "$here"/*.java
  fi
}

one_at_a_time build
start 30 listens -- \
  "$java" -Xmx"${HEAP:-1g}" -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$cache/classes:$cache/libs/*" MongoFixture "$port"
