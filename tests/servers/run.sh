#!/usr/bin/env bash
# run.sh SERVER... -- COMMAND...: starts the named servers (the folders beside this file: each has
# a `start.sh DATA_DIR PORT` that waits until it answers and prints its pid) on free ports of
# 127.0.0.1 with empty data folders, exports LECTERN_TEST_<SERVER>=host:port for each, runs the
# command, ends the servers and removes their data. Its exit status is the command's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { echo "usage: $0 SERVER... -- COMMAND..." >&2; exit 2; }

servers=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do servers+=("$1"); shift; done
[ $# -gt 1 ] && [ ${#servers[@]} -gt 0 ] || usage
shift

data=$(mktemp -d "${TMPDIR:-/tmp}/lectern-servers.XXXXXX")
pids=()
# What a server said of its own faults is gone with its data folder.
tail_logs() {
  local log
  for log in "$data"/*/server.log; do
    [ -s "$log" ] || continue
    echo "the end of $(basename "$(dirname "$log")")'s log:"
    tail -n 40 "$log"
  done
}
finish() {
  local status=$?
  trap - EXIT
  [ "$status" -eq 0 ] || tail_logs >&2
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2> /dev/null || true
  done
  rm -rf "$data"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

taken() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
# Below the ports that the kernel gives to clients, so that none of them takes one meanwhile.
# (ClickHouse, which takes a second port, takes the one 877 above.)
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((10000 + RANDOM % 20000))
    if ! taken "$port" && ! taken $((port + 877)); then echo "$port"; return; fi
  done
  echo "no free port" >&2
  return 1
}

for server in "${servers[@]}"; do
  [ -x "$here/$server/start.sh" ] || { echo "no server is called $server" >&2; usage; }
  port=$(free_port)
  pid=$("$here/$server/start.sh" "$data/$server" "$port")
  pids+=("$pid")
  name=LECTERN_TEST_$(echo "$server" | tr '[:lower:]-' '[:upper:]_')
  export "$name=127.0.0.1:$port"
done
"$@"
