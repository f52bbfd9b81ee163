Statements are written to the embedded store and read from it, while no server runs
  $ for i in $(seq 5); do echo '{"id":"00000000-0000-4000-8000-00000000000'$i'","actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v'$((i % 2))'"},"object":{"id":"http://o.example/o"},"timestamp":"2026-01-01T00:00:0'$i'Z"}'; done > statements
  $ lectern write -b embedded statements
  5 records written, 0 refused
  $ lectern read -b embedded | grep -o '0000[1-9]"' | tr '\n' ' '; echo
  00001" 00002" 00003" 00004" 00005" 
  $ lectern read -b embedded -s 1 'verb=http://v.example/v0' | wc -l
  2
  $ lectern read -b embedded | python3 -c 'import json, sys; print({(s["version"], s["authority"]["account"]["name"], s["timestamp"][:10]) for s in map(json.loads, sys.stdin)})'
  {('1.0.0', 'lectern', '2026-01-01')}

What is known is not stored again; what is refused is told, and -I goes on
  $ (cat statements; sed 's/a@b.ch/b@b.ch/; 1q' statements; echo '{"actor":{}}') | lectern write -b embedded -I --errors left
  line 6: .* (re)
  line 7: .* (re)
  5 records written, 2 refused
  $ wc -l < left; lectern read -b embedded | wc -l
  2
  5
  $ sed 's/a@b.ch/b@b.ch/; 1q' statements | lectern write -b embedded
  line 1: .* (re)
  0 records written, 1 refused
  Error: a record was refused .* (re)
  [1]

Both versions of the standard may come in one pipe, and statements keep their authority
  $ echo '{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"version":"2.0.0","authority":{"mbox":"mailto:lms@b.ch"},"context":{"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:x@b.ch"}}]}}' | lectern write -b embedded -t other
  1 records written, 0 refused
  $ lectern read -b embedded -t other | grep -o '"authority":{[^}]*}'
  "authority":{"mbox":"mailto:lms@b.ch"}

A running server is asked, which has the store open
  $ lectern auth -u me -p secret -s all -M mailto:me@lms.example -w > /dev/null
  $ LECTERN_RUNSERVER_HOST=127.0.0.1 LECTERN_RUNSERVER_PORT=0 lectern runserver 2> log &
  $ within grep -q 'serves xAPI' log
  $ lectern read -b embedded -s 2 | wc -l
  5
  $ sed 's/00000000-0000/00000000-0001/; s/}$/,\n"context":{}}/' statements | tr -d '\n' | sed 's/}}{/}}\n{/g' | lectern write -b embedded -s 2
  5 records written, 0 refused
  $ lectern read -b embedded | wc -l
  10
