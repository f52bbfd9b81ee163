Every setting is shown with its value and its origin
  $ lectern config | head -3
  LECTERN_APP_DIR=$HOME/.config/lectern  # default
  LECTERN_AUTH_FILE=$HOME/.config/lectern/auth.json  # default
  LECTERN_SECRETS_DIR=  # default
  $ lectern config --json | jq -c '.[] | select(.name == "RALPH_RUNSERVER_PORT") | [.value, .origin, .honoured]'
  ["8100","default",true]

Ralph's folder is used where it is in use, and Lectern's own holds nothing
  $ mkdir -p .config/ralph; touch .config/ralph/history.json; lectern config | head -1
  LECTERN_APP_DIR=$HOME/.config/lectern  # default: $HOME/.config/ralph holds no auth.json
  $ echo '[]' > .config/ralph/auth.json; lectern config | head -2
  LECTERN_APP_DIR=$HOME/.config/ralph  # default: Ralph's, which holds auth.json, while $HOME/.config/lectern holds nothing
  LECTERN_AUTH_FILE=$HOME/.config/ralph/auth.json  # default
  $ mkdir -p .config/lectern/embedded; lectern config | head -1
  Warning: both $HOME/.config/lectern and $HOME/.config/ralph (by its auth.json) are in use: the first is served; say which one is meant by LECTERN_APP_DIR
  LECTERN_APP_DIR=$HOME/.config/lectern  # default: it holds files, and comes before $HOME/.config/ralph
  $ LECTERN_APP_DIR=$HOME/.config/ralph lectern config | head -1
  LECTERN_APP_DIR=$HOME/.config/ralph  # environment LECTERN_APP_DIR
  $ rm -r .config

The stronger source wins
  $ printf 'RALPH_RUNSERVER_PORT=1\nRALPH_RUNSERVER_HOST=a\n' > .env
  $ RALPH_RUNSERVER_PORT=2 lectern config | grep -E 'PORT=|HOST='
  LECTERN_RUNSERVER_HOST=a  # .env RALPH_RUNSERVER_HOST
  LECTERN_RUNSERVER_PORT=2  # environment RALPH_RUNSERVER_PORT
  $ LECTERN_RUNSERVER_PORT=3 RALPH_RUNSERVER_PORT=2 lectern config | grep PORT=
  LECTERN_RUNSERVER_PORT=3  # environment LECTERN_RUNSERVER_PORT
  $ rm .env

Secrets are not shown
  $ export RALPH_RUNSERVER_BACKEND=es RALPH_BACKENDS__LRS__ES__HOSTS=https://me:hunter2@es:9200
  $ RALPH_SENTRY_DSN=https://hunter2@sentry.example/1 lectern config | grep -E 'ES__HOSTS|DSN'
  LECTERN_SENTRY_DSN=********  # environment RALPH_SENTRY_DSN
  LECTERN_BACKENDS__LRS__ES__HOSTS=https://me:********@es:9200  # environment RALPH_BACKENDS__LRS__ES__HOSTS
  $ lectern config --json | grep -c hunter2
  0
  [1]
  $ unset RALPH_RUNSERVER_BACKEND RALPH_BACKENDS__LRS__ES__HOSTS

A bad value is one line that says what is allowed
  $ RALPH_RUNSERVER_PORT=80800 lectern config
  Error: RALPH_RUNSERVER_PORT=80800: allowed is an integer from 0 to 65535
  [1]
  $ LECTERN_METRICS= lectern config
  Error: LECTERN_METRICS=: allowed is true or false (also yes/no, on/off, 1/0)
  [1]
  $ lectern runserver -p x
  Error: --port=x: allowed is an integer from 0 to 65535
  [1]
  $ lectern -v LOUD config
  Error: --verbosity=LOUD: allowed is one of debug, info, warning, error, critical
  [1]
  $ RALPH_RUNSERVER_BACKEND=nothing lectern runserver
  Error: RALPH_RUNSERVER_BACKEND=nothing: allowed is one of .*embedded.*, async_mongo (re)
  [1]

Settings that mean nothing are named
  $ RALPH_LOCALE_ENCODING=utf8 RALPH_NONSENSE=1 lectern config > /dev/null
  Warning: settings without meaning here, accepted for Ralph's sake: RALPH_LOCALE_ENCODING
  Warning: settings that are not known, ignored: RALPH_NONSENSE
  $ LECTERN_RUNSERVER_PORTT=80 lectern config > /dev/null
  Warning: settings that are not known, ignored: LECTERN_RUNSERVER_PORTT (did you mean RUNSERVER_PORT?)

Lines of .env that mean nothing are told
  $ printf '# a comment\n\nRALPH_RUNSERVER_HOST=a\nFOO\nRALPH_RUNSERVER_PORT = "80\n' > .env
  $ lectern config --changed
  Warning: .env: ignored, since NAME=VALUE is wanted and quotes must be closed: line 4, 5
  LECTERN_RUNSERVER_HOST=a  # .env RALPH_RUNSERVER_HOST
  $ rm .env

Bytes and times may have units
  $ LECTERN_RUNSERVER_BODY_BYTES_MAX=10MiB LECTERN_STORE_TIMEOUT_MS=5s lectern config --changed
  LECTERN_RUNSERVER_BODY_BYTES_MAX=10MiB  # environment LECTERN_RUNSERVER_BODY_BYTES_MAX
  LECTERN_STORE_TIMEOUT_MS=5s  # environment LECTERN_STORE_TIMEOUT_MS
  $ LECTERN_STORE_TIMEOUT_MS=5MiB lectern config
  Error: LECTERN_STORE_TIMEOUT_MS=5MiB: allowed is an integer from 1 to 86400000, or with a unit: 30s
  [1]
  $ LECTERN_STORE_TIMEOUT_MS=25h lectern config
  Error: LECTERN_STORE_TIMEOUT_MS=25h: allowed is an integer from 1 to 86400000, or with a unit: 30s
  [1]

OpenTelemetry's settings have its own names, and an empty one counts as none
  $ OTEL_SERVICE_NAME=lrs OTEL_SDK_DISABLED= OTEL_EXPORTER_OTLP_HEADERS=key=hunter2 OTEL_PYTHON_X=1 lectern config --changed
  OTEL_EXPORTER_OTLP_HEADERS=********  # environment OTEL_EXPORTER_OTLP_HEADERS
  OTEL_SERVICE_NAME=lrs  # environment OTEL_SERVICE_NAME
