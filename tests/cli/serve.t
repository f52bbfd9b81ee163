A first start says which file it looked for and how to make it
  $ lectern runserver -b memory -h 127.0.0.1 -p 0 2> log & pid=$!
  $ within grep -q serves log
  $ port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  $ sed 's/^[-0-9]* [:.0-9]*Z //; s/:[0-9]*\/xAPI/:PORT\/xAPI/' log
  warning no credentials file at $HOME/.config/lectern/auth.json: every request with a password is refused until `lectern user add NAME -s all -M mailto:NAME@example.org` has made it
  info Lectern .* serves xAPI 1.0.3 and 2.0.0 on http://127.0.0.1:PORT/xAPI/ (re)
  info backend memory: memory (nothing is kept)
  $ curl -s -w ' %{http_code}\n' http://127.0.0.1:$port/whoami
  {"detail":"Invalid authentication credentials"} 401

An address of IPv6 has brackets in the line, as in a URL
  $ lectern runserver -b memory -h ::1 -p 0 2> log6 & pid6=$!
  $ within grep -q -E 'serves|Error' log6; grep -c -E 'http://\[::1\]:[0-9]+/xAPI/|Address family|Cannot assign' log6
  1
  $ kill $pid6 2> /dev/null; wait $pid6 2> /dev/null

A database that is away at the start is told of at once
  $ export RALPH_BACKENDS__LRS__ES__HOSTS=http://127.0.0.1:9; lectern runserver -h 127.0.0.1 -p 0 2> away.log & away=$!
  $ within grep -q 'warning http://127.0.0.1:9/statements does not answer: requests get 503 until it does' away.log
  $ kill $away; wait $away; unset RALPH_BACKENDS__LRS__ES__HOSTS

Credentials count once they are in the file, without a restart
  $ lectern auth -u jane -p secret -s all -M mailto:jane@example.org -w
  User 'jane' was added to $HOME/.config/lectern/auth.json
  $ within curl -sf -u jane:secret http://127.0.0.1:$port/whoami; echo
  {"agent":{"mbox":"mailto:jane@example.org"},"scopes":["all"]}
  $ curl -s -u jane:wrong -w ' %{http_code}\n' http://127.0.0.1:$port/whoami
  {"detail":"Invalid authentication credentials"} 401
  $ kill $pid; wait $pid

Called as uvicorn it serves as well, and names what it does not know
  $ uvicorn ralph.api:app --proxy-headers --host 127.0.0.1 --port 0 --workers 2 --log-config x.ini --loop uvloop 2> uvicorn.log & pid=$!
  $ within grep -q serves uvicorn.log
  $ head -1 uvicorn.log | cut -d' ' -f3-
  warning options of uvicorn without meaning here, ignored: --workers, --log-config, --loop
  $ kill $pid; wait $pid
  $ uvicorn --port 0
  Usage: uvicorn [OPTIONS] APP
  Try 'uvicorn --help' for help.
  
  Error: Missing argument 'APP'.
  [2]
  $ uvicorn ralph.api:app --port
  Usage: uvicorn [OPTIONS] APP
  Try 'uvicorn --help' for help.
  
  Error: Option '--port' requires an argument.
  [2]
  $ uvicorn ralph.api:app --port x
  Error: --port=x: allowed is an integer from 0 to 65535
  [1]
