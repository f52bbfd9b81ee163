A server that starts and ends, for what follows
  $ start() { : > log; "$@" 2> log & pid=$!; within grep -q 'serves xAPI' log || cat log; port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log | head -1); }
  $ free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
  $ # A server that says nothing: what it logs until it answers, which is nothing.
  $ silent() { : > log; env "$@" 2> log & pid=$!; within curl -sf -o body http://127.0.0.1:$port/__lbheartbeat__ || echo down; stop; cat log; }
  $ stop() { kill $pid; wait $pid; }
  $ get() { curl -s -o body -w '%{http_code} ' -u jane:secret "$@" http://127.0.0.1:$port$path; cat body; echo; }
  $ post() { path=/xAPI/statements get -H 'Content-Type: application/json' -d "$1"; }
  $ export RALPH_RUNSERVER_HOST=127.0.0.1 RALPH_RUNSERVER_PORT=0 RALPH_RUNSERVER_BACKEND=memory
  $ ralph auth -u jane -p secret -s all -M mailto:jane@example.org -w > /dev/null
  $ one='{"id":"4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1","actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://a.org/v"},"object":{"id":"http://a.org/o"}}'

Levels are taken from RALPH_LOGGING, and from -v before it
  $ export RALPH_LOGGING='{"version":1,"handlers":{"console":{"class":"logging.StreamHandler","level":"INFO"}},"loggers":{"ralph":{"handlers":["console"],"level":"INFO","propagate":true},"swiftclient":{"level":"ERROR"}}}'
  $ start ralph runserver; path=/whoami get; stop; grep -c '"GET /whoami" 200' log
  200 {"agent":{"mbox":"mailto:jane@example.org"},"scopes":["all"]}
  1
  $ port=$(free_port); silent ralph -v ERROR runserver -p $port
  $ export RALPH_LOGGING='{"version":1,"loggers":{"ralph":{"level":"ERROR"}}}'
  $ silent ralph runserver -p $port
  $ unset RALPH_LOGGING

Log lines are JSON where a formatter of RALPH_LOGGING is for JSON, and by setting
  $ RALPH_LOGGING='{"version":1,"formatters":{"line":{"class":"pythonjsonlogger.jsonlogger.JsonFormatter"}}}' start ralph runserver; stop
  $ jq -r .level log | sort -u
  info
  $ LECTERN_LOG_FORMAT=json start ralph runserver; stop; jq -r .level log | sort -u
  info

uvicorn listens where its own options say, not Ralph's settings
  $ RALPH_RUNSERVER_PORT=1 RALPH_RUNSERVER_HOST=192.0.2.1 start uvicorn ralph.api:app --port 0; path=/__lbheartbeat__ get; stop
  200 null
  $ silent UVICORN_PORT=$port UVICORN_LOG_LEVEL=error uvicorn ralph.api:app
  $ printf 'RALPH_LRS_REQUIRE_VERSION_HEADER=true\n' > file.env
  $ start uvicorn ralph.api:app --port 0 --env-file file.env; path=/xAPI/statements get | cut -c1-60; stop
  400 {"detail":"The request lacks the header X-Experience-API
  $ echo '{"version":1,"root":{"level":"ERROR"}}' > logging.json
  $ silent uvicorn ralph.api:app --port=$port --log-config logging.json

A log configuration may be YAML
  $ printf 'version: 1\nloggers:\n  ralph: {level: ERROR, handlers: [default]}\n' > logging.yaml
  $ silent uvicorn ralph.api:app --port=$port --log-config logging.yaml
  $ printf 'version: 1\nformatters:\n  line:\n    "()": pythonjsonlogger.jsonlogger.JsonFormatter\n' > logging.yml
  $ start uvicorn ralph.api:app --port 0 --log-config logging.yml; stop; jq -r .level log | sort -u
  info
  $ printf 'version: [1\n' > logging.yaml
  $ uvicorn ralph.api:app --port=$port --log-config logging.yaml 2>&1 | grep -o "'--log-config'.*"
  '--log-config': logging.yaml: line 2 is no YAML: did not find expected ',' or ']'

Behind a proxy's path the more link has it
  $ start uvicorn ralph.api:app --port 0 --proxy-headers --root-path /lrs
  $ post "[$one,${one/0c1/0c2}]"; path='/xAPI/statements?limit=1' get | grep -o '"more":"[^=]*='; stop
  200 ["4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1","4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c2"]
  "more":"/lrs/xAPI/statements?limit=
  $ grep -c without.meaning log
  0
  [1]

Good credentials are remembered for AUTH_CACHE_TTL seconds, AUTH_CACHE_MAX_SIZE of them
  $ checks() { for _ in 1 2 3; do path=/whoami get > /dev/null; done; path=/metrics get | grep -E '^lectern_basic_(checks|cache_hits)_total'; }
  $ start ralph runserver; checks; stop
  lectern_basic_cache_hits_total 2
  lectern_basic_checks_total 1
  $ RALPH_AUTH_CACHE_TTL=0 start ralph runserver; checks; stop
  lectern_basic_cache_hits_total 0
  lectern_basic_checks_total 3
  $ RALPH_AUTH_CACHE_MAX_SIZE=0 start ralph runserver; checks; stop
  lectern_basic_cache_hits_total 0
  lectern_basic_checks_total 3

A credentials file that is wrong stops the start with one line
  $ file=.config/lectern/auth.json; cp $file good.json
  $ wrong() { jq -c "$1" good.json > $file; ralph runserver; echo "$?"; }
  $ echo '[{' > $file; ralph runserver
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: not JSON: the text is not well-formed JSON (near byte 3: line 2, column 1)
  [1]
  $ wrong '.[0]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: must be a JSON list of users
  1
  $ wrong '[.[0], .[0]]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': the username is there twice
  1
  $ wrong '[.[0] | del(.hash)]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'hash' must be a string
  1
  $ wrong '[.[0] | .hash = "secret"]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'hash' is not a bcrypt hash
  1
  $ wrong '[.[0] | del(.agent)]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'agent' is missing
  1
  $ wrong '[.[0] | .agent.openid = "https://a.org"]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'agent' is wrong: only one of mbox, mbox_sha1sum, openid and account may be given
  1
  $ wrong '[.[0] | .scopes = "all"]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'scopes' must be a list
  1
  $ wrong '[.[0] | .target = 5]'
  Error: The credentials file $HOME/.config/lectern/auth.json is wrong: user 'jane': 'target' must be a string
  1

Free-form scopes of 4.x and members that nobody knows are taken, with a warning
  $ jq -c '[.[0] | .scopes = ["ralph_scope"] | .note = "x" | .target = null]' good.json > $file
  $ start ralph runserver; path=/whoami get; path=/xAPI/statements get; post "[$one]"; stop
  200 {"agent":{"mbox":"mailto:jane@example.org"},"scopes":[]}
  200 {"statements":[]}
  200 ["4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1"]
  $ grep -o 'user .jane.*' log
  user 'jane' has scopes that grant nothing: 'ralph_scope'

An edit counts without a restart; a wrong one changes nothing
  $ cp good.json $file; start ralph runserver; path=/whoami get
  200 {"agent":{"mbox":"mailto:jane@example.org"},"scopes":["all"]}
  $ jq -c '[.[0] | .scopes = ["statements/read"]]' good.json > new; mv new $file
  $ seen() { path=/whoami get | grep -q "$1"; }; within seen statements/read
  $ echo '[{' > new; mv new $file; told() { seen x; grep -q 'users before the change stay' log; }; within told; path=/whoami get
  200 {"agent":{"mbox":"mailto:jane@example.org"},"scopes":["statements/read"]}
  $ rm $file; gone() { path=/whoami get | grep -q ^401; }; within gone; path=/whoami get; stop
  401 {"detail":"Invalid authentication credentials"}
  $ cp good.json $file

With the database away the heartbeat says so, the load balancer's does not, and requests are 503
  $ export RALPH_STORE_TIMEOUT_MS=2000
  $ start ralph runserver -b es --es-hosts http://127.0.0.1:1
  $ path=/__heartbeat__ get; path=/__lbheartbeat__ get; path=/xAPI/statements get | cut -c1-40; post "[$one]" | cut -c1-40; stop
  500 {"database":"away"}
  200 null
  503 {"detail":"The database does not ans
  503 {"detail":"The database does not ans
  $ start ralph runserver -b clickhouse --clickhouse-port 1 --clickhouse-host 127.0.0.1
  $ path=/__heartbeat__ get; path=/xAPI/statements get | cut -c1-40; stop
  500 {"database":"away"}
  503 {"detail":"The database is not avail
  $ start ralph runserver -b mongo --mongo-connection-uri mongodb://127.0.0.1:1
  $ path=/__heartbeat__ get; path=/xAPI/statements get | cut -c1-40; stop
  500 {"database":"away"}
  503 {"detail":"MongoDB cannot be reached
  $ unset RALPH_STORE_TIMEOUT_MS

An option of runserver is stronger than the environment
  $ RALPH_RUNSERVER_BACKEND=es start ralph runserver -b fs --fs-default-directory-path lines --fs-default-lrs-file a.jsonl
  $ post "[$one]"; stop; jq -r .id lines/a.jsonl; grep -o 'backend fs.*;' log
  200 ["4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1"]
  4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1
  backend fs: lines;

Partial success may be the default, and a request may say otherwise
  $ RALPH_LRS_PARTIAL_SUCCESS_DEFAULT=true start ralph runserver
  $ post "[$one, {}]" | cut -c1-100; path='/xAPI/statements?partialSuccess=false' get -H 'Content-Type: application/json' -d '[{}]' | cut -c1-30; stop
  200 {"inserted":1,"rejected":1,"ids":["4b4f2ee4-5a11-4c8b-8d52-0a35c4a8d0c1"],"errors":[{"index":1,"
  400 {"detail":"\"actor\" is mi

Metrics can be left out
  $ RALPH_METRICS=false start ralph runserver; path=/metrics get; stop
  404 {"detail":"Not Found"}
