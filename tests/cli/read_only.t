A server that starts and ends, for what follows
  $ export RALPH_RUNSERVER_HOST=127.0.0.1 RALPH_RUNSERVER_PORT=0 RALPH_AUTH_FILE=auth.json
  $ start() { rm -f log; : > log; "$@" 2>> log & pid=$!; within grep -q 'serves xAPI' log || cat log; port=$(sed -n 's|.*://127.0.0.1:\([0-9]*\)/.*|\1|p' log | head -1); }
  $ stop() { kill $pid; wait $pid; }
  $ ask() { curl -s -w ' %{http_code}\n' -u jane:secret -H 'Content-Type: application/json' "$@" | sed 's/{"id".*"attended"/ID attended/; s/^\["[-0-9a-f]*"\]/ID/'; }
  $ ralph auth -u jane -p secret -s all -M mailto:jane@example.org -w > /dev/null
  $ statement='{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/attended"},"object":{"id":"http://a.org/o"}}'
  $ state='xAPI/activities/state?stateId=s&activityId=http://a.org/o&agent=%7B%22mbox%22:%22mailto:a@example.org%22%7D'

Where the application folder cannot be written to, statements are served and documents refused
  $ RALPH_APP_DIR=/dev/null/app start ralph runserver -b fs --fs-default-directory-path .
  $ grep -c 'warning /dev/null/app/embedded cannot be written to: statements are served, but State, profiles and attachments are refused with 503; set LECTERN_STORE_DOCUMENTS' log
  1
  $ ask -d "$statement" http://127.0.0.1:$port/xAPI/statements
  ID 200
  $ ask http://127.0.0.1:$port/xAPI/statements | grep -c attended
  1
  $ ask "http://127.0.0.1:$port/xAPI/activities?activityId=http://a.org/o"
  {"objectType":"Activity","id":"http://a.org/o"} 200
  $ ask -X PUT -d '{}' "http://127.0.0.1:$port/$state"
  {"detail":"State, profiles and attachments have no place on this server: set LECTERN_STORE_DOCUMENTS"} 503
  $ ask http://127.0.0.1:$port/__heartbeat__
  {"database":"ok"} 200
  $ stop

Documents live in a folder of their own where the setting names one
  $ RALPH_APP_DIR=/dev/null/app LECTERN_STORE_DOCUMENTS=$HOME/documents start ralph runserver -b fs --fs-default-directory-path .
  $ ask -X PUT -d '{}' "http://127.0.0.1:$port/$state"
   204
  $ ask "http://127.0.0.1:$port/$state"
  {} 200
  $ stop; grep -c warning log; ls documents | grep -c CURRENT
  0
  1
