#!/usr/bin/env bash
# A stream of events over a WebSocket may hold an empty text message, as some servers send to keep a line open.
# Expected: `ralph read -b async_ws` gives an empty line, or nothing, and reads on. What happens: it takes the
# empty message for the end, prints nothing of what comes behind it, and exits with 0, as after a normal close.
# Seen with ralph-malph 5.1.0 and websockets 13.1. Met by whoever fills a store from such a stream: events are
# lost without a word.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q 'ralph-malph[cli,backend-ws]==5.1.0' websockets==13.1

cat > "$dir/server.py" <<'PY'
import asyncio
import sys
import websockets

async def serve(socket):
    for message in ("one", "", "two", "three"):
        await socket.send(message)

async def main():
    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        with open(sys.argv[1], "w") as file:
            file.write(str(server.sockets[0].getsockname()[1]))
        await asyncio.Future()

asyncio.run(main())
PY
"$dir/venv/bin/python" "$dir/server.py" "$dir/port" 2> /dev/null &
server=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done

want='one
exit 0'
got=$(cd "$dir" && HOME=$dir "$dir/venv/bin/ralph" read -b async_ws \
  --async-ws-uri "ws://127.0.0.1:$(cat "$dir/port")" 2> /dev/null; echo "exit $?")
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
