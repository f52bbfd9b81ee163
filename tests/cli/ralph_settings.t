Every variable of Ralph is known, and one line names those that mean nothing here
  $ mkdir app secrets
  $ export RALPH_APP_DIR=app RALPH_AUTH_FILE=app/auth.json RALPH_HISTORY_FILE=app/history.json RALPH_LOCALE_ENCODING=utf8
  $ export RALPH_AUTH_CACHE_MAX_SIZE=50 RALPH_AUTH_CACHE_TTL=60 RALPH_EXECUTION_ENVIRONMENT=production
  $ export RALPH_CONVERTER_EDX_XAPI_UUID_NAMESPACE=ee241f8b-174f-5bdb-bae9-c09de5fe017f
  $ export RALPH_LOGGING='{"version":1,"root":{"level":"WARNING"}}' RALPH_PARSERS__GELF=a.B RALPH_PARSERS__ES=a.B
  $ export RALPH_RUNSERVER_AUTH_BACKENDS=Basic,OIDC RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE=lrs
  $ export RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI=https://id.example RALPH_RUNSERVER_AUTH_OIDC_CLIENT_ID=me
  $ export RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET=hunter2 RALPH_AUTH_OIDC_CACHE_TTL=5
  $ export RALPH_RUNSERVER_BACKEND=memory RALPH_RUNSERVER_HOST=127.0.0.1 RALPH_RUNSERVER_PORT=8200
  $ export RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT=50 RALPH_RUNSERVER_POINT_IN_TIME_KEEP_ALIVE=1m
  $ export RALPH_RUNSERVER_CORS_ALLOW_ORIGINS='["https://lms.example"]'
  $ export RALPH_LRS_RESTRICT_BY_AUTHORITY=true RALPH_LRS_RESTRICT_BY_SCOPES=true RALPH_LRS_PARTIAL_SUCCESS_DEFAULT=true
  $ export RALPH_LRS_ELASTICSEARCH_VALIDATE_KEYS=false RALPH_SECRETS_DIR=secrets
  $ export RALPH_SENTRY_DSN=https://hunter2@sentry.example/1 RALPH_SENTRY_CLI_TRACES_SAMPLE_RATE=0.1
  $ export RALPH_SENTRY_LRS_TRACES_SAMPLE_RATE=0.1 RALPH_SENTRY_IGNORE_HEALTH_CHECKS=true
  $ export RALPH_XAPI_FORWARDINGS='[{"url":"http://lrs.example/xAPI/statements","is_active":false,"basic_username":"u","basic_password":"hunter2","max_retries":1,"timeout":1.5}]'
  $ ralph config 2>&1 > shown | fold -s -w 110
  Warning: settings without meaning here, accepted for Ralph's sake: RALPH_LOCALE_ENCODING, 
  RALPH_RUNSERVER_POINT_IN_TIME_KEEP_ALIVE, RALPH_LRS_ELASTICSEARCH_VALIDATE_KEYS, 
  RALPH_SENTRY_CLI_TRACES_SAMPLE_RATE, RALPH_SENTRY_LRS_TRACES_SAMPLE_RATE, RALPH_SENTRY_IGNORE_HEALTH_CHECKS, 
  RALPH_PARSERS__GELF, RALPH_PARSERS__ES
  $ grep -c '# environment' shown; grep -c hunter2 shown
  33
  0
  [1]
  $ for name in $(compgen -e RALPH_); do grep -q "^$name=" shown || echo "$name is not shown"; done
  $ unset $(compgen -e RALPH_)

Every setting of Ralph's backends is known, for the LRS and for the data commands
  $ known() { env "RALPH_RUNSERVER_BACKEND=$1" "${@:2}" lectern config 2>&1 > /dev/null | grep 'not known'; }
  $ es=RALPH_BACKENDS__LRS__ES
  $ known es $es{__ALLOW_YELLOW_STATUS=true,__CLIENT_OPTIONS__ca_certs=/ca.pem,__CLIENT_OPTIONS__verify_certs=true,__DEFAULT_INDEX=a,__HOSTS=http://a:1,__POINT_IN_TIME_KEEP_ALIVE=1m,__REFRESH_AFTER_WRITE=wait_for,__LOCALE_ENCODING=utf8,__READ_CHUNK_SIZE=5,__WRITE_CHUNK_SIZE=5}
  [1]
  $ mongo=RALPH_BACKENDS__LRS__MONGO
  $ known async_mongo $mongo{__CONNECTION_URI=mongodb://a:1,__DEFAULT_DATABASE=a,__DEFAULT_COLLECTION=b,__CLIENT_OPTIONS__tz_aware=true,__CLIENT_OPTIONS__document_class=x,__LOCALE_ENCODING=utf8,__READ_CHUNK_SIZE=5,__WRITE_CHUNK_SIZE=5}
  [1]
  $ clickhouse=RALPH_BACKENDS__LRS__CLICKHOUSE
  $ known clickhouse $clickhouse{__HOST=a,__PORT=1,__DATABASE=a,__EVENT_TABLE_NAME=b,__USERNAME=u,__PASSWORD=p,__CLIENT_OPTIONS__date_time_input_format=best_effort,__IDS_CHUNK_SIZE=5,__CREATE_EVENT_TABLE=true,__ONE_NODE=false,__TEST_HOST=x,__LOCALE_ENCODING=utf8,__READ_CHUNK_SIZE=5,__WRITE_CHUNK_SIZE=5}
  [1]
  $ fs=RALPH_BACKENDS__LRS__FS
  $ known fs $fs{__DEFAULT_DIRECTORY_PATH=.,__DEFAULT_QUERY_STRING=x,__DEFAULT_LRS_FILE=x.jsonl,__LOCALE_ENCODING=utf8,__READ_CHUNK_SIZE=5,__WRITE_CHUNK_SIZE=5}
  [1]
  $ RALPH_BACKENDS__DATA__NOTHING__KEY=x RALPH_BACKENDS__DATA__S3__ACCESS_KEY_ID=x RALPH_BACKENDS__DATA__LDP__ENDPOINT=x RALPH_BACKENDS__DATA__SWIFT__AUTH_URL=x RALPH_BACKENDS__DATA__WS__URI=x RALPH_BACKENDS__DATA__LRS__BASE_URL=x lectern config 2>&1 > /dev/null
  Warning: settings without meaning here, accepted for Ralph's sake: RALPH_BACKENDS__DATA__NOTHING__KEY

Names are case-sensitive, and what nobody knows is named
  $ RALPH_runserver_port=1 ralph_RUNSERVER_PORT=2 lectern config 2>&1 | grep -E 'PORT=|known'
  Warning: settings that are not known, ignored: RALPH_runserver_port
  LECTERN_RUNSERVER_PORT=8100  # default

An option is stronger than the environment, that than .env, that than the folder of secrets
  $ printf 'RALPH_RUNSERVER_HOST=dotenv\nexport RALPH_RUNSERVER_PORT="2"\nRALPH_SECRETS_DIR=secrets\n' > .env
  $ echo 3 > secrets/RALPH_RUNSERVER_PORT; echo 30 > secrets/RALPH_AUTH_CACHE_TTL; echo hidden > secrets/RALPH_SENTRY_DSN
  $ RALPH_RUNSERVER_HOST=environment lectern config | grep -E 'HOST=|PORT=|CACHE_TTL=3|DSN'
  LECTERN_RUNSERVER_HOST=environment  # environment RALPH_RUNSERVER_HOST
  LECTERN_RUNSERVER_PORT=2  # .env RALPH_RUNSERVER_PORT
  LECTERN_AUTH_CACHE_TTL=30  # secrets folder RALPH_AUTH_CACHE_TTL
  LECTERN_SENTRY_DSN=********  # secrets folder RALPH_SENTRY_DSN
  $ RALPH_RUNSERVER_BACKEND=nothing lectern runserver -b memory -p x
  Error: --port=x: allowed is an integer from 0 to 65535
  [1]
  $ rm -r .env secrets
  $ RALPH_SECRETS_DIR=nowhere lectern config
  Error: RALPH_SECRETS_DIR=$HOME/nowhere: cannot be read (No such file or directory); a folder of files is allowed
  [1]

APP_DIR may stand in .env too, and the files are below it
  $ echo RALPH_APP_DIR=$PWD/app > .env
  $ lectern config | grep -E 'APP_DIR|AUTH_FILE'
  LECTERN_APP_DIR=$HOME/app  # .env RALPH_APP_DIR
  LECTERN_AUTH_FILE=$HOME/app/auth.json  # default
  $ rm .env

Lists are comma-separated or JSON, objects JSON or pairs
  $ RALPH_RUNSERVER_CORS_ALLOW_ORIGINS=https://a.example,https://b.example lectern config | grep CORS
  LECTERN_RUNSERVER_CORS_ALLOW_ORIGINS=https://a.example,https://b.example  # environment RALPH_RUNSERVER_CORS_ALLOW_ORIGINS
  $ RALPH_RUNSERVER_CORS_ALLOW_ORIGINS='["https://a.example", 1]' lectern config
  Error: RALPH_RUNSERVER_CORS_ALLOW_ORIGINS=["https://a.example",1]: allowed is a JSON array of strings
  [1]
  $ RALPH_RUNSERVER_AUTH_BACKENDS= lectern config
  Error: RALPH_RUNSERVER_AUTH_BACKENDS=: allowed is one or more of basic, oidc, joined by commas
  [1]
  $ RALPH_RUNSERVER_AUTH_BACKENDS=basic,ldap lectern config
  Error: RALPH_RUNSERVER_AUTH_BACKENDS=basic,ldap: allowed is one or more of basic, oidc, joined by commas
  [1]

Bad values stop the start with one line
  $ RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT=-5 lectern runserver
  Error: RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT=-5: allowed is an integer from 1 to 100000
  [1]
  $ RALPH_AUTH_CACHE_TTL=long lectern runserver
  Error: RALPH_AUTH_CACHE_TTL=long: allowed is an integer from 0 to 31622400
  [1]
  $ RALPH_AUTH_CACHE_MAX_SIZE=-1 lectern runserver
  Error: RALPH_AUTH_CACHE_MAX_SIZE=-1: allowed is an integer from 0 to 10000000
  [1]
  $ RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI=id.example lectern runserver
  Error: RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI=id.example: allowed is an http or https URL
  [1]
  $ RALPH_RUNSERVER_AUTH_BACKENDS=oidc lectern runserver
  Error: RALPH_RUNSERVER_AUTH_BACKENDS=oidc: allowed is oidc only together with RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI
  [1]
  $ LECTERN_CONSOLE_OIDC_CLIENT_ID=console lectern runserver
  Error: LECTERN_CONSOLE_OIDC_CLIENT_ID=console: allowed is a client only together with oidc in RALPH_RUNSERVER_AUTH_BACKENDS
  [1]
  $ RALPH_LOGGING='{"root":{"level":"LOUD"}}' lectern runserver
  Error: RALPH_LOGGING={"root":{"level":"LOUD"}}: allowed is levels debug, info, warning, error, critical (it names 'loud')
  [1]
  $ RALPH_LOGGING='not JSON' uvicorn ralph.api:app
  Error: RALPH_LOGGING=not JSON: allowed is Python's logging dictionary as a JSON object
  [1]
  $ RALPH_XAPI_FORWARDINGS='[{"url":"http://a.example"}]' lectern runserver
  Error: RALPH_XAPI_FORWARDINGS=[{"url":"http://a.example"}]: allowed is a list of receivers (XAPI_FORWARDINGS: item 0 needs `basic_username`, a text)
  [1]
  $ RALPH_SENTRY_DSN=nonsense lectern runserver -b memory -p 0
  Error: SENTRY_DSN must be of the form https://KEY@HOST/PROJECT
  [1]
  $ RALPH_RUNSERVER_BACKEND=es RALPH_BACKENDS__LRS__ES__REFRESH_AFTER_WRITE=maybe lectern runserver
  Error: RALPH_BACKENDS__LRS__ES__REFRESH_AFTER_WRITE=maybe: allowed is one of false, true, wait_for
  [1]
  $ RALPH_RUNSERVER_BACKEND=es RALPH_BACKENDS__LRS__ES__ALLOW_YELLOW_STATUS=maybe lectern runserver
  Error: RALPH_BACKENDS__LRS__ES__ALLOW_YELLOW_STATUS=maybe: allowed is true or false (also yes/no, on/off, 1/0)
  [1]
  $ RALPH_RUNSERVER_BACKEND=clickhouse RALPH_BACKENDS__LRS__CLICKHOUSE__PORT=x lectern runserver
  Error: RALPH_BACKENDS__LRS__CLICKHOUSE__PORT=x: allowed is an integer from 1 to 65535
  [1]

Options of runserver are the settings of its backends
  $ lectern runserver -b clickhouse --clickhouse-port x
  Error: --clickhouse-port=x: allowed is an integer from 1 to 65535
  [1]
  $ lectern runserver -b clickhouse --clickhouse-ids-chunk-size 0
  Error: --clickhouse-ids-chunk-size=0: allowed is an integer from 1 to 1000000
  [1]
  $ lectern runserver -b async_es --async-es-refresh-after-write maybe
  Error: --async-es-refresh-after-write=maybe: allowed is one of false, true, wait_for
  [1]
  $ lectern runserver -b es --es-client-options nonsense
  Error: --es-client-options=nonsense: allowed is a JSON object, or key=value pairs joined by commas
  [1]
  $ lectern runserver -b es --es-allow-yellow-status --es-refresh-after-write maybe
  Error: --es-refresh-after-write=maybe: allowed is one of false, true, wait_for
  [1]
  $ lectern runserver -b es --no-es-allow-yellow-status --es-refresh-after-write maybe
  Error: --es-refresh-after-write=maybe: allowed is one of false, true, wait_for
  [1]
  $ lectern runserver --help | grep -oE -- '--(es|mongo|clickhouse|fs)-[a-z-]+' | sort -u | tr '\n' ' '
  --clickhouse-client-options --clickhouse-create-event-table --clickhouse-database --clickhouse-event-table-name --clickhouse-host --clickhouse-ids-chunk-size --clickhouse-one-node --clickhouse-password --clickhouse-port --clickhouse-username --es-allow-yellow-status --es-client-options --es-default-index --es-hosts --es-refresh-after-write --fs-default-directory-path --fs-default-lrs-file --mongo-client-options --mongo-connection-uri --mongo-default-collection --mongo-default-database  (no end of line)

What a backend cannot use is refused with one line
  $ start() { env "$@" lectern runserver -p 0 2>&1 | tail -1; }
  $ start RALPH_RUNSERVER_BACKEND=es $es'__CLIENT_OPTIONS={"nonsense":1}'
  Error: RALPH_BACKENDS__LRS__ES__CLIENT_OPTIONS is 'nonsense'; allowed is ca_certs and verify_certs
  $ start RALPH_RUNSERVER_BACKEND=es ${es}__CLIENT_OPTIONS__ca_certs=nowhere.pem
  Error: RALPH_BACKENDS__LRS__ES__CLIENT_OPTIONS__ca_certs is 'nowhere.pem'; allowed is a PEM file that can be read
  $ start RALPH_RUNSERVER_BACKEND=es ${es}__HOSTS=nonsense
  Error: RALPH_BACKENDS__LRS__ES__HOSTS is 'nonsense'; allowed is http:// or https:// URLs
  $ start RALPH_RUNSERVER_BACKEND=mongo ${mongo}__CONNECTION_URI=nonsense
  Error: CONNECTION_URI is not a MongoDB URI: Invalid URI Schema, expecting 'mongodb://' or 'mongodb+srv://'
  $ start RALPH_RUNSERVER_BACKEND=mongo ${mongo}__DEFAULT_DATABASE='a b'
  Error: DEFAULT_DATABASE is 'a b'; a name has 1 to 63 bytes and no blank, '.', '$', '/', '\' or '"'
  $ start RALPH_RUNSERVER_BACKEND=mongo ${mongo}__DEFAULT_COLLECTION='a$b'
  Error: DEFAULT_COLLECTION is 'a$b'; a name has 1 to 180 bytes, no '$', no '..', no '.' at either end, and does not begin with 'system.' or 'lectern.'
  $ start RALPH_RUNSERVER_BACKEND=clickhouse ${clickhouse}__EVENT_TABLE_NAME='a; DROP'
  Error: RALPH_BACKENDS__LRS__CLICKHOUSE__DATABASE and EVENT_TABLE_NAME: .*is no name of a ClickHouse table: letters, digits and _ may stand in it, with at most one dot behind a database (re)
  $ start RALPH_RUNSERVER_BACKEND=clickhouse ${clickhouse}__DATABASE='a`'
  Error: RALPH_BACKENDS__LRS__CLICKHOUSE__DATABASE and EVENT_TABLE_NAME: .*is no name of a ClickHouse table: letters, digits and _ may stand in it, with at most one dot behind a database (re)
  $ start RALPH_RUNSERVER_BACKEND=fs ${fs}__DEFAULT_LRS_FILE=../x
  Error: DEFAULT_LRS_FILE is '../x'; allowed is the name of a file

Every command wants good settings
  $ RALPH_RUNSERVER_BACKEND=nothing ralph auth -u jane -p secret -s all -M mailto:jane@example.org
  Error: RALPH_RUNSERVER_BACKEND=nothing: allowed is one of .* (re)
  [1]
