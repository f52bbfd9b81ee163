#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts a real Elasticsearch 8.7.1 node (from Maven Central) on
# 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop it with: kill PID.
# HEAP (1g) is the JVM's heap, WAIT (180) the seconds to wait.
. "$(dirname "$0")/../java_node.sh"
start_node -cp "$cache/target/classes:$cache/target/home/lib/*" \
  fixture.ElasticsearchNode "$cache/target/home" "$here/config" "$data" "$port"
