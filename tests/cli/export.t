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

A file for each month holds what was stored in it
  $ lectern export $url -u jane --split month -o some.jsonl -w since=$(date -u +%Y-%m)-01T00:00:00Z 2>&1 | grep -c "some-$(date -u +%Y-%m).jsonl"
  1
  $ wc -l < some-$(date -u +%Y-%m).jsonl
  2
  $ lectern export $url -u jane --split month -o some.jsonl 2>&1 | tail -1
  Error: --split month: --output and --where since=... are wanted too

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

Where its connection breaks it goes on, the first time as well
  $ lectern tail $url -u jane > again 2> told & tail=$!
  $ again() { store '{"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/failed"},"object":{"id":"https://example.org/course/1"}}'; test -s again; }
  $ within again; kill -9 $pid; wait $pid 2> /dev/null
  [137]
  $ within grep -q broke told; cat told
  The connection broke; going on there
  $ kill $tail; wait $tail 2> /dev/null
  [143]
