docs/operations.md, followed by who runs a server: three users, as it makes them
  $ lectern user add moodle -s statements/write -s state/write -s state/read --generate > moodle
  User 'moodle' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"account": {"name": "moodle", "homePage": "http://[^"]*"}} (re)
  $ lectern user add analyst -s all/read --generate > analyst
  User 'analyst' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"account": {"name": "analyst", "homePage": "http://[^"]*"}} (re)
  $ lectern user add lectern -s statements/write -s authority/write --generate > forwarder
  User 'lectern' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"account": {"name": "lectern", "homePage": "http://[^"]*"}} (re)
  $ lectern user list | awk '{print $1, $3}'
  NAME SCOPES
  moodle statements/write,state/write,state/read
  analyst all/read
  lectern statements/write,authority/write

With TLS, behind something that adds X-Forwarded-For
  $ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout privkey.pem -out fullchain.pem 2> /dev/null
  $ export LECTERN_RUNSERVER_TLS_CERTIFICATE=$HOME/fullchain.pem LECTERN_RUNSERVER_TLS_KEY=$HOME/privkey.pem LECTERN_RUNSERVER_HOST=127.0.0.1 LECTERN_RUNSERVER_PROXY_HEADERS=true
  $ > log; lectern runserver -p 0 2> log & pid=$!; within grep -q serves log
  $ port=$(sed -n 's|.*https://127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  $ as() { curl -s --cacert fullchain.pem -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Experience-API-Version: 1.0.3' -H 'Content-Type: application/json' -u "$1:$(cat $2)" "${@:3}"; }
  $ as moodle moodle https://localhost:$port/xAPI/statements -d '[{"actor": {"mbox": "mailto:ann@example.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"}, "object": {"id": "https://example.org/course/1"}}]' -o /dev/null -w '%{http_code}\n'
  200
  $ as analyst analyst https://localhost:$port/xAPI/statements | jq -c '.statements[].authority'
  \{"account":\{"name":"moodle","homePage":"http://[^"]*"\}\} (re)
  $ as analyst analyst https://localhost:$port/xAPI/statements -d '[]' -o /dev/null -w '%{http_code}\n'
  403

A client that fails is found by the log alone: who, from where, why, and what to look for
  $ as moodle moodle https://localhost:$port/xAPI/statements -d '[{"actor": {"mbox": "ann@example.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"}, "object": {"id": "https://example.org/course/1"}}]' -o /dev/null
  $ as moodle analyst https://localhost:$port/xAPI/statements -o /dev/null
  $ within grep -q 'failed login' log
  $ grep ' moodle "' log | grep -E '" [45][0-9][0-9] ' | sed -E 's/^[-0-9]* [:.0-9]*Z//; s/[0-9.]+ms [-0-9a-f]+/TIME ID/'
   info 203.0.113.9 moodle "POST /xAPI/statements" 400 .* "\\"mbox\\" .* at /0/actor/mbox \(Data 2.4.2.[0-9]\) (re)
  $ grep 'failed login' log | sed 's/.*failed/failed/'
  failed login: user "moodle" from 203.0.113.9: .* (re)
  $ curl -s --cacert fullchain.pem https://localhost:$port/xAPI/statements -o /dev/null; within grep -q '"GET /xAPI/statements" 401 .*"No credentials were sent"' log

A command says which server does not answer, and why
  $ lectern forward -u analyst -p x --url https://localhost:$port/xAPI 2>&1 | sed "s/$port/PORT/g"
  Error: The certificate of localhost:PORT is not trusted: GET https://localhost:PORT/xAPI/extensions/forwarding: SSL certificate problem: self-signed certificate (SSL_CERT_FILE names the certificates to trust)
  $ lectern export http://localhost:9/xAPI -u analyst -p x -f jsonl
  Error: localhost:9 does not answer: GET http://localhost:9/xAPI/.*: Failed to connect to localhost port 9 .* (re)
  [1]
  $ LECTERN_RUNSERVER_TLS_CERTIFICATE= LECTERN_RUNSERVER_TLS_KEY= LECTERN_RUNSERVER_PORT=9 lectern forward -u analyst -p x
  Error: localhost:9 does not answer; --url names another server: GET .*: Failed to connect .* (re)
  [1]

A certificate is renewed while it serves
  $ before=$(openssl s_client -connect localhost:$port < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint)
  $ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout privkey.pem -out fullchain.pem 2> /dev/null; kill -HUP $pid; within grep -q 'certificate was read again' log
  $ after=$(openssl s_client -connect localhost:$port < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint); [ "$before" != "$after" ] && echo another
  another
  $ as analyst analyst https://localhost:$port/xAPI/statements | jq '.statements | length'
  1
  $ SSL_CERT_FILE=fullchain.pem lectern export https://localhost:$port/xAPI -u analyst -p "$(cat analyst)" -f jsonl | wc -l
  1

A receiver that is new gets what was stored before, and the command tells when it fails
  $ kill $pid; wait $pid; unset LECTERN_RUNSERVER_TLS_CERTIFICATE LECTERN_RUNSERVER_TLS_KEY LECTERN_RUNSERVER_PROXY_HEADERS
  $ > receiver.log; LECTERN_RUNSERVER_BACKEND=memory lectern runserver -p 0 2> receiver.log & receiver=$!; within grep -q serves receiver.log
  $ to=$(grep -o 'http://[^ ]*/xAPI' receiver.log); lectern user add admin -s all -p secret > /dev/null
  $ export LECTERN_XAPI_FORWARDINGS='[{"url": "'$to'/statements", "is_active": true, "basic_username": "lectern", "basic_password": "'$(cat forwarder)'", "max_retries": 1, "timeout": 10, "from": "beginning"}]'
  $ > log; lectern runserver -p 0 2> log & pid=$!; within grep -q serves log; url=$(grep -o 'http://[^ ]*/xAPI' log)
  $ there() { [ "$(curl -s -u admin:secret $to/statements | jq '.statements | length')" = 1 ]; }; within there
  $ curl -s -u admin:secret $to/statements | jq -r '.statements[].authority.account.name'
  moodle
  $ lectern forward -u admin -p secret --url $url | sed "s|$to|TO|"
  TO/statements: 1 forwarded, .* (re)
  $ kill $receiver; wait $receiver; curl -s -u admin:secret -H 'Content-Type: application/json' $url/statements -d '{"actor": {"mbox": "mailto:ann@example.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"}, "object": {"id": "https://example.org/course/2"}}' -o /dev/null
  $ fails() { ! lectern forward -u admin -p secret --url $url > told; }; within fails; grep -c -i 'connect' told
  1

A receiver that is known is not served from the beginning again, which the log says
  $ kill $pid; wait $pid
  $ > log; lectern runserver -p 0 2> log & pid=$!; within grep -q 'new receiver' log; sed -n 's|.*forwarding to .*/statements: \(`from`.*\)|\1|p' log
  `from` counts for a new receiver only; it goes on behind 20.*Z (re)
  $ kill $pid; wait $pid
