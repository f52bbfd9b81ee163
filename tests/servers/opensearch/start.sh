#!/usr/bin/env bash
# start.sh DATA_DIR PORT: starts a real OpenSearch 2.19.5 node (from Maven Central) on
# 127.0.0.1:PORT in the background, waits until it answers, prints its pid. Stop it with: kill PID.
# HEAP (1g) is the JVM's heap, WAIT (180) the seconds to wait.
. "$(dirname "$0")/../java_node.sh"
start_node -cp "$cache/target/classes:$cache/target/lib/*" \
  fixture.OpenSearchNode "$here/config" "$data" "$port"
