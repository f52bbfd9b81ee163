Events are taken out of lines of Graylog
  $ printf '%s\n' '{"short_message":"{\"a\":1}","x":1}' '{"y":1}' nonsense '{"short_message":"caf\u00e9"}' > gelf.jsonl
  $ lectern extract -p gelf gelf.jsonl
  {"a":1}
  café
  line 2: "short_message" is missing
  line 3: .*JSON.* (re)
  Total events: 4, Invalid events: 2

Documents are taken out of hits of Elasticsearch, byte for byte
  $ echo '{"_id":"1","_source":{"a": 1.50, "b":"\u00e9"}}' | gzip | lectern extract -p es 2> /dev/null
  {"a": 1.50, "b":"\u00e9"}
  $ ralph extract -p syslog 2>&1 | tail -1
  Error: --parser must be gelf or es
