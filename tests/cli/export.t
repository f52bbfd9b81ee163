A server's statements are taken away as JSON lines, CSV and Parquet
  $ lectern auth -u jane -p secret -s all -M mailto:jane@example.org -w > /dev/null
  $ lectern runserver -b memory -h 127.0.0.1 -p 0 2> log & pid=$!
  $ within grep -q serves log
  $ url=http://127.0.0.1:$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log)/xAPI; export LECTERN_PASSWORD=secret
  $ store() { curl -s -u jane:secret -H 'Content-Type: application/json' -H 'X-Experience-API-Version: 1.0.3' $url/statements -d "$1" > /dev/null; }
  $ store '[{"id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee","actor":{"name":"Ann","mbox":"mailto:ann@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"https://example.org/course/1"},"result":{"score":{"scaled":0.80},"success":true,"response":"007"}},{"id":"7790e6c9-3ef0-4ed3-8b37-7f3964730bee","actor":{"mbox":"mailto:bob@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/failed"},"object":{"id":"https://example.org/course/2"},"result":{"success":false}}]'
  $ lectern export $url -u jane | cut -c1-46
  {"id":"6690e6c9-3ef0-4ed3-8b37-7f3964730bee","
  {"id":"7790e6c9-3ef0-4ed3-8b37-7f3964730bee","
  $ lectern export $url -u jane -f csv -c id -c '$.actor.name' -c response -c '$.result.score.scaled' -w verb=http://adlnet.gov/expapi/verbs/passed | tr -d '\r'
  id,$.actor.name,response,$.result.score.scaled
  6690e6c9-3ef0-4ed3-8b37-7f3964730bee,Ann,007,0.80
  $ lectern export $url -u jane --after 6690e6c9-3ef0-4ed3-8b37-7f3964730bee -f flat | grep -c '"actor":"mbox:mailto:bob@example.org"'
  1
  $ lectern export $url -u jane -f parquet -o all.parquet; head -c4 all.parquet; echo; ls
  all.parquet
  PAR1
  all.parquet
  log

A pipe or a device is written to, and stays what it is
  $ mkfifo pipe; cat pipe > piped & cat=$!; lectern export $url -u jane -o pipe; test -p pipe && wait $cat && lectern export $url -u jane | cmp - piped
  pipe
  $ lectern export $url -u jane -f csv -o . 2>&1
  Error: .: Is a directory
  [1]

A file for each month holds what was stored in it
  $ lectern export $url -u jane --split month -o some.jsonl -w since=$(date -u +%Y-%m)-01T00:00:00Z 2>&1 | grep -c "some-$(date -u +%Y-%m).jsonl"
  1
  $ wc -l < some-$(date -u +%Y-%m).jsonl
  2
  $ lectern export $url -u jane --split month -o some.jsonl 2>&1 | tail -1
  Error: --split month: --output and --where since=... are wanted too

Where statements are many, into several files, none larger than was wanted
  $ for i in $(seq 9); do store "$(for j in $(seq 100); do test $j = 1 && printf '[' || printf ','; printf '{"actor":{"mbox":"mailto:many@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/attended"},"object":{"id":"https://example.org/course/%s","definition":{"description":{"en":"%0100d, with \\"quotes\\""}}}}' $j $i; done; printf ']')"; done
  $ many=verb=http://adlnet.gov/expapi/verbs/attended
  $ lectern export $url -u jane -w $many -f flat > all.jsonl; wc -l < all.jsonl
  900
  $ lectern export $url -u jane -w $many -f flat --split 200kb -o parts.jsonl 2> told; test $(ls parts-*.jsonl | wc -l) -ge 5 && diff told <(ls parts-*.jsonl) && cat parts-*.jsonl | cmp - all.jsonl
  $ find . -name 'parts-*' -size +200k
  $ lectern export $url -u jane -w $many -f csv -c id -c statement --split 200kb -o rows.csv 2> /dev/null; head -qn1 rows-*.csv | sort | uniq -c | tr -d '\r' | sed 's/^ *//'
  3 id,statement
  $ lectern export $url -u jane -f parquet --split 1mb -o rows.parquet
  Error: --split SIZE: --output and a format of lines (jsonl, flat, csv) are wanted too
  [1]

The next run takes what came since the last one, into a file of its own
  $ go() { lectern export $url -u jane -w $many -f flat -o kept.jsonl --continue "$@"; }
  $ go 2>&1; go; ls kept*
  kept-00001.jsonl
  kept-00001.jsonl
  kept.jsonl.cursor
  kept.jsonl.lock
  $ store '{"id":"8890e6c9-3ef0-4ed3-8b37-7f3964730bee","actor":{"mbox":"mailto:late@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/attended"},"object":{"id":"https://example.org/course/1"}}'
  $ go --json | sed 's/through": "[^"]*/through": "T/; s/"bytes": [0-9]*/"bytes": N/'
  {"files": [{"path": "kept-00002.jsonl", "bytes": N, "statements": 1}], "through": "T"}
  $ cut -c1-46 kept-00002.jsonl
  {"id":"8890e6c9-3ef0-4ed3-8b37-7f3964730bee","
  $ lectern export $url -u jane -f flat -o kept.jsonl --continue 2>&1 | cut -c1-47
  Error: kept.jsonl.cursor is of another export: 
  $ lectern export $url -u jane -w clock=timestamp -w since=2026-01-01T00:00:00Z -o other.jsonl --continue
  Error: --continue: without --where clock=timestamp
  [1]
  $ flock kept.jsonl.lock lectern export $url -u jane -w $many -f flat -o kept.jsonl --continue
  Error: kept.jsonl.lock is held by another run of this export
  [1]

A run that broke off is gone on with: what is no whole line comes again
  $ rm kept-*; head -c 50000 all.jsonl > kept-00001.jsonl.part; sed -i 's/"through":"[^"]*"/"through":""/; s/"files":[0-9]*/"files":0/' kept.jsonl.cursor
  $ go 2>&1; head -900 kept-00001.jsonl | cmp - all.jsonl; wc -l < kept-00001.jsonl
  kept-00001.jsonl
  901
  $ rm kept-*; echo '{"no":"statement"}' > kept-00001.jsonl.part; sed -i 's/"through":"[^"]*"/"through":""/; s/"files":[0-9]*/"files":0/' kept.jsonl.cursor
  $ go 2>&1; head -900 kept-00001.jsonl | cmp - all.jsonl; wc -l < kept-00001.jsonl
  kept-00001.jsonl
  901
  $ : > kept-00002.jsonl.part; go 2>&1; ls kept-*
  kept-00001.jsonl
  $ late() { lectern export $url -u jane -f flat --after 6690e6c9-3ef0-4ed3-8b37-7f3964730bee -o late.jsonl --continue 2>&1; }
  $ late; sed -i 's/"through":"[^"]*","after":""/"through":"","after":"7790e6c9-3ef0-4ed3-8b37-7f3964730bee"/' late.jsonl.cursor
  late-00001.jsonl
  $ late; tail -n+2 late-00001.jsonl | cmp - late-00002.jsonl
  late-00002.jsonl

What is refused is told, and leaves no file
  $ lectern export $url -u jane -f xml -o wrong.xml
  Error: the server answers 400: The parameter `format` must be `jsonl`, `flat`, `csv` or `parquet`
  [1]
  $ ls wrong.xml 2> /dev/null
  [2]
  $ lectern export $url -u jane -w colour=red 2>&1 | cut -c1-49
  Error: --where: one of these with `=` and a value
  $ LECTERN_PASSWORD=wrong lectern export $url -u jane 2>&1 | cut -c1-36
  Error: the server answers 401: Inval

Who follows sees statements as they are stored
  $ lectern tail $url -u jane > lines & tail=$!
  $ lectern tail $url -u jane --json -w verb=http://adlnet.gov/expapi/verbs/passed > exact & tail_exact=$!
  $ more() { store '{"actor":{"name":"Ann","mbox":"mailto:ann@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"https://example.org/course/1"},"result":{"score":{"scaled":0.80},"success":true}}'; test -s lines && test -s exact; }
  $ within more; head -1 lines | cut -d' ' -f2-; head -1 exact | grep -c '"scaled":0.80'
  Ann passed 1 0.8 ✓
  1
  $ kill $tail $tail_exact; wait $tail $tail_exact 2> /dev/null
  [143]

Nothing in a name is obeyed by the terminal
  $ lectern tail $url -u jane > odd & tail=$!
  $ odd() { store '{"actor":{"name":"A\u001b]0;x\u0007B\u009b1mC\u202eD\u2066E\nF é\u2030","mbox":"mailto:ann@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/failed"},"object":{"id":"https://example.org/course/1"}}'; test -s odd; }
  $ within odd; head -1 odd | cut -d' ' -f2-
  A ]0;x B 1mC D E F é‰ failed 1
  $ kill $tail; wait $tail 2> /dev/null
  [143]

Where its connection breaks it goes on, the first time as well
  $ lectern tail $url -u jane > again 2> told & tail=$!
  $ again() { store '{"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/failed"},"object":{"id":"https://example.org/course/1"}}'; test -s again; }
  $ within again; kill -9 $pid; wait $pid 2> /dev/null
  [137]
  $ within grep -q broke told; cat told
  The connection broke; going on there
  $ kill $tail; wait $tail 2> /dev/null
  [143]
