A killed process has left libmongoc's file of our process id: nothing is said of it
  $ # What exec replaces a shell with keeps the shell's process id, whose file cannot be made anew.
  $ beside() { bash -c 'echo $$ > pid; mkdir /dev/shm/mongoc-$$; exec "$@"' beside "$@"; }
  $ beside lectern --version; rmdir /dev/shm/mongoc-$(cat pid)
  lectern, version .* (re)

Nor by a server that keeps its statements in MongoDB
  $ export RALPH_STORE_TIMEOUT_MS=1000
  $ serve="lectern runserver -b mongo -h 127.0.0.1 -p 0 --mongo-connection-uri mongodb://127.0.0.1:1"
  $ beside $serve 2> log & job=$!
  $ within grep -q 'serves xAPI' log; grep -ic mongoc log; rmdir /dev/shm/mongoc-$(cat pid)
  0
  $ port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  $ curl -s http://127.0.0.1:$port/__heartbeat__; echo
  {"database":"away"}
  $ kill $(cat pid); wait $job

Which leaves no such file behind when it is killed itself
  $ $serve 2> log & pid=$!
  $ within grep -q 'serves xAPI' log; { kill -9 $pid; wait $pid; } 2> /dev/null
  [137]
  $ ls /dev/shm/mongoc-$pid 2> /dev/null
  [2]
