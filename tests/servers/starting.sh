# For the start.sh DATA_DIR PORT of a server, which sources this with its own arguments: what it
# downloads and compiles is kept in `cache`, a folder of the server's own.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 DATA_DIR PORT" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
port=$2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectern/servers/$(basename "$here")
mkdir -p "$cache"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

# one_at_a_time COMMAND...: two test runs may start at once.
one_at_a_time() { (flock 9; "$@") 9> "$cache/lock"; }

listens() { (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; }
answers() { curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$port/$1"; }

# start SECONDS CHECK -- COMMAND...: starts the command in the background, waits until the check
# succeeds and prints the pid. What it writes goes to DATA_DIR/server.log.
start() {
  local seconds=$1 check=() pid
  shift
  while [ "$1" != -- ]; do check+=("$1"); shift; done
  shift
  if listens; then echo "port $port is taken" >&2; exit 1; fi
  setsid "$@" >> "$data/server.log" 2>&1 < /dev/null &
  pid=$!
  for _ in $(seq $((seconds * 10))); do
    kill -0 "$pid" 2> /dev/null || break
    if "${check[@]}"; then echo "$pid"; exit 0; fi
    sleep 0.1
  done
  kill "$pid" 2> /dev/null || true
  echo "the server did not start; the end of $data/server.log:" >&2
  tail -n 20 "$data/server.log" >&2
  exit 1
}
