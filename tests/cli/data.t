A file is written as it comes, and not over one that is there
  $ printf '{"a":1}\n{"b":"\\u00e9"}\n' > lines; mkdir data
  $ lectern write -b fs --fs-default-directory-path data -t one.jsonl < lines
  2 records written, 0 refused
  $ cmp lines data/one.jsonl
  $ ralph write -b fs --fs-default-directory-path data -t one.jsonl < lines
  0 records written, 0 refused
  Error: data/one.jsonl already exists and overwrite is not allowed with operation_type create or index.
  [1]
  $ export RALPH_BACKENDS__DATA__FS__DEFAULT_DIRECTORY_PATH=data
  $ lectern write -b fs -t one.jsonl -o append < lines; wc -l < data/one.jsonl
  2 records written, 0 refused
  4
  $ lectern write -b fs -t one.jsonl -o update < lines; wc -l < data/one.jsonl
  2 records written, 0 refused
  2
  $ lectern write -b fs -t one.jsonl -o delete < lines
  Error: Delete operation_type is not allowed
  [1]
  $ lectern write -b fs -t nothing.jsonl < /dev/null; ls data
  0 records written, 0 refused
  one.jsonl
  $ lectern write -b fs < lines 2>&1 | grep -c 'Target file not specified; using random file name: 20'
  1

Packed files are written unpacked, one behind another
  $ rm data/20*; printf '{"c":1}' > more; gzip < lines > lines.gz
  $ lectern write -b fs -t two.jsonl more lines.gz && cat data/two.jsonl
  3 records written, 0 refused
  {"c":1}
  {"a":1}
  {"b":"\u00e9"}

Files are read as they are, by a pattern, below the folder or another one
  $ mkdir -p data/deep/er; echo '{"d":1}' > data/deep/er/x.jsonl; echo no > data/deep/y.txt
  $ lectern read -b fs 'o*.jsonl' | cmp - lines
  $ lectern read -b fs '**/*.jsonl' | wc -l
  6
  $ lectern read -b fs -t deep '**/x.*'
  {"d":1}
  $ lectern read -b fs nothing 2>&1 | sed 's/.*INFO/info/i'
  info No file found for query: data/nothing
  $ lectern read -b fs /etc/passwd
  Error: the query must be a pattern below the folder, not "/etc/passwd"
  [1]

Files are listed, with --new without those that were read
  $ lectern list -b fs
  $HOME/data/deep
  $HOME/data/one.jsonl
  $HOME/data/two.jsonl
  $ echo new > data/new.jsonl; lectern list -b fs --new; rm data/new.jsonl
  $HOME/data/deep
  $HOME/data/new.jsonl
  $ lectern list -b fs -D -t deep/er
  \{"path": "\$HOME/data/deep/er/x.jsonl", "size": 8, "modified_at": "20.*\+00:00"\} (re)
  $ mkdir data/empty; lectern list -b fs -t empty 2>&1 | sed 's/.*WARN[A-Z]*/warning/i'
  warning Configured fs backend contains no document
  $ lectern list -b fs -t nowhere
  Error: Invalid target argument. $HOME/data/nowhere: No such file or directory
  [1]

The history is Ralph's, and may be given
  $ python3 -c 'import json; print({(e["backend"], e["action"], e["filename"], e["size"]) for e in json.load(open(".config/lectern/history.json")) if e["filename"] == "x.jsonl"})'
  {('fs', 'read', 'x.jsonl', 8)}
  $ echo "[{\"backend\": \"fs\", \"command\": \"read\", \"id\": \"$PWD/data/two.jsonl\"}]" > history
  $ RALPH_HISTORY_FILE=history lectern list -b fs --new
  $HOME/data/deep
  $HOME/data/empty
  $HOME/data/one.jsonl
  $ RALPH_HISTORY_FILE=history lectern read -b fs one.jsonl > /dev/null; grep -o '"command": "read"' history; grep -o '"action": "read"' history
  "command": "read"
  "action": "read"
  $ echo nonsense > history; RALPH_HISTORY_FILE=history lectern list -b fs --new
  Error: the history history is no JSON list
  [1]

A server that speaks xAPI is written to and read
  $ lectern auth -u me -p secret -s all -M mailto:me@lms.example -w > /dev/null
  $ LECTERN_RUNSERVER_BACKEND=memory LECTERN_RUNSERVER_HOST=127.0.0.1 LECTERN_RUNSERVER_PORT=0 lectern runserver 2> log &
  $ within grep -q 'serves xAPI' log; port=$(sed -n 's|.*127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  $ export RALPH_BACKENDS__DATA__LRS__BASE_URL=http://127.0.0.1:$port RALPH_BACKENDS__DATA__LRS__USERNAME=me
  $ for i in $(seq 7); do echo '{"id":"00000000-0000-4000-8000-00000000000'$i'","actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v'$((i % 2))'"},"object":{"id":"http://o.example/o"}}'; done > statements
  $ lectern write -b lrs -s 3 < statements
  7 records written, 0 refused
  $ lectern write -b async_lrs -s 3 -c 4 < statements
  7 records written, 0 refused
  $ lectern read -b lrs -s 2 | wc -l
  7
  $ lectern read -b lrs -s 2 '{"verb":"http://v.example/v0","ascending":true}' | grep -o '0000[1-9]"'
  00002"
  00004"
  00006"
  $ lectern read -b lrs 'verb=http%3A%2F%2Fv.example%2Fv1' | wc -l
  4

Of a batch that a server refuses, -I finds the records at fault and writes the others
  $ (echo '{"actor":{"mbox":"mailto:a@b.ch"}}'; sed 's/"id":"0[^"]*",//' statements; echo nonsense) > mixed
  $ lectern write -b lrs mixed
  line 9: .* (re)
  0 records written, 1 refused
  Error: a record was refused (what was written ends before line 1)
  [1]
  $ head -8 mixed | lectern write -b lrs
  0 records written, 0 refused
  Error: Failed to post statements \(lines 1 to 8\): HTTP 400 .* \(what was written ends before line 1\) (re)
  [1]
  $ lectern write -b lrs -I --errors left mixed
  line 1: HTTP 400 .* (re)
  line 9: .* (re)
  7 records written, 2 refused
  $ cat left
  {"actor":{"mbox":"mailto:a@b.ch"}}
  nonsense
  $ lectern read -b lrs | wc -l
  14

A wrong use is told
  $ lectern read -b nowhere 2>&1 | tail -1
  Error: --backend must be one of .*fs.*, not 'nowhere' (re)
  $ lectern list -b lrs 2>&1 | tail -1
  Error: --backend must be one of .*fs.*, not 'lrs' (re)
  $ lectern write -b lrs --lrs-base-url ftp://x < statements
  Error: LRS BASE_URL=ftp://x: allowed is an http or https URL
  [1]
  $ lectern write -b fs -t x --fs-read-chunk-size many < statements
  Error: RALPH_BACKENDS__DATA__FS__READ_CHUNK_SIZE=many: allowed is a whole number
  [1]
  $ lectern write -b fs -o change < statements 2>&1 | tail -1
  Error: --operation-type must be index, create, delete, update or append

A history that cannot be read is told, and left as it is
  $ mkdir -p history.folder data/folder && echo '{"id":1}' > data/folder/one
  $ RALPH_HISTORY_FILE=history.folder lectern read -b fs -t folder one
  {"id":1}
  Error: the history history.folder cannot be read: .* (re)
  [1]
