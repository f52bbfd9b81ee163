The namespace of the ids is given by option or by setting
  $ lectern convert -f edx -t xapi -p https://lms.example < /dev/null
  Error: Invalid UUID namespace: give a UUID with -u or LECTERN_CONVERTER_EDX_XAPI_UUID_NAMESPACE
  [1]
  $ ralph convert -f edx -t xapi -p https://lms.example -u nonsense < /dev/null 2> /dev/null
  [1]
  $ ralph convert -f edx -t xapi -p https://lms.example -u ee241f8b-174f-5bdb-bae9-c09de5fe017f < /dev/null
  Total events: 0, Invalid events: 0
  $ RALPH_CONVERTER_EDX_XAPI_UUID_NAMESPACE=ee241f8b-174f-5bdb-bae9-c09de5fe017f ralph convert -f edx -t xapi -p https://lms.example < /dev/null
  Total events: 0, Invalid events: 0

A wrong use is told
  $ lectern convert -f edx -t csv -p https://lms.example 2>&1 | tail -1
  Error: --from must be edx or csv, and --to must be xapi
  $ lectern convert -f edx -t xapi 2>&1 | tail -1
  Error: --platform-url is required
  $ lectern convert -f csv -t xapi 2>&1 | tail -1
  Error: --map is required for csv
  $ lectern convert -f csv -t xapi --map nowhere.json
  Error: nowhere.json: No such file or directory
  [1]

Rows of a spreadsheet become statements by a mapping, the second time with the same ids
  $ cat > map.json << 'END'
  > {"namespace": "3f1c2b34-6a0e-4a59-9d6b-0f7a1c2d3e4f",
  >  "statements": [{"id": "{Mail} {Course}", "statement": {
  >    "actor": {"mbox": "mailto:{Mail}"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/scored"},
  >    "object": {"id": "https://campus.example/{Course:encoded}"},
  >    "result": {"score": {"raw": {"$number": "Points"}}}}}]}
  > END
  $ printf 'Mail,Course,Points\r\nann@e.org,"Loops, and\nhow",7.5\r\nbo@e.org,Loops,many\r\ncy@e.org,"a ""b""",\r\n' > rows.csv
  $ lectern convert -f csv -t xapi --map map.json -I --errors again.csv rows.csv > once
  line 4: /statements/0/statement/result/score/raw/$number: the cell in column "Points" is none of number
  Total events: 3, Invalid events: 1
  $ jq -c '[.actor.mbox, .object.id, .result.score.raw]' once
  ["mailto:ann@e.org","https://campus.example/Loops%2C%20and%0Ahow",7.5]
  ["mailto:cy@e.org","https://campus.example/a%20%22b%22",null]
  $ gzip -c rows.csv | lectern convert -f csv -t xapi --map map.json -I 2> /dev/null | cmp - once
  $ lectern validate -f xapi once > /dev/null
  Total events: 2, Invalid events: 0

What was refused can be fed in again, and without -I the first refused row ends it
  $ sed s/many/8/ again.csv | lectern convert -f csv -t xapi --map map.json | jq .result.score.raw
  Total events: 1, Invalid events: 0
  8
  $ lectern convert -f csv -t xapi --map map.json rows.csv > /dev/null 2> /dev/null
  [1]

A file that lacks a column, or is no CSV, is told in one line
  $ echo Mail,Course | lectern convert -f csv -t xapi --map map.json
  Total events: 0, Invalid events: 0
  Error: stdin: /statements/0/statement/result/score/raw/$number of the mapping: the file has no column "Points"
  [1]
  $ printf 'Mail,Course,Points\n"a"b,c,1\n' | lectern convert -f csv -t xapi --map map.json 2>&1 | tail -1
  Error: stdin: line 2: something behind the quote that ends a cell
