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

Events that Ralph makes nothing of become what Open edX's own event-routing-backends makes of them
  $ cat > log << 'END'
  > {"name":"edx.grades.problem.submitted","event_type":"edx.grades.problem.submitted","event_source":"server","username":"ada","session":"s1","time":"2026-11-24T09:13:00.5+00:00","context":{"course_id":"course-v1:A+B+C","user_id":5},"event":{"user_id":"5","problem_id":"block-v1:A+B+C+type@problem+block@p1","weighted_earned":3,"weighted_possible":4}}
  > {"name":"play_video","event_type":"play_video","event_source":"browser","username":"ada","session":"0123456789abcdef0123456789abcdef","time":"2026-11-24T09:14:00+00:00","context":{"course_id":"course-v1:A+B+C","user_id":5},"event":{"id":"v1","code":"c","currentTime":2,"duration":9}}
  > END
  $ echo '{"users": {"5": "32e08e30-f8ae-4ce2-94a8-c2bfe38a70cb"}, "courses": {"course-v1:A+B+C": "Loops"}}' > known.json
  $ export RALPH_CONVERTER_EDX_XAPI_UUID_NAMESPACE=ee241f8b-174f-5bdb-bae9-c09de5fe017f
  $ lectern convert -f edx -t xapi -p https://lms.example --known known.json log > made
  Total events: 2, Invalid events: 0
  $ jq -c '[.verb.id, .actor.account.name, .result.score.scaled, .object.id]' made
  ["http://adlnet.gov/expapi/verbs/attempted","32e08e30-f8ae-4ce2-94a8-c2bfe38a70cb",0.75,"https://lms.example/xblock/block-v1:A+B+C+type@problem+block@p1"]
  ["https://w3id.org/xapi/video/verbs/played","5",null,"https://lms.example/xblock/block-v1:course-v1:A+B+C-course-v1:+type@video+block@v1"]
  $ head -1 made | jq -c .context.contextActivities.parent
  [{"id":"https://lms.example/course/course-v1:A+B+C","objectType":"Activity","definition":{"name":{"en-US":"Loops"},"type":"http://adlnet.gov/expapi/activities/course"}}]
  $ lectern validate -f xapi made > /dev/null
  Total events: 2, Invalid events: 0

Where both know an event it may be said whose statement comes out, and called by Ralph's name it is Ralph's alone
  $ lectern convert -f edx -t xapi -p https://lms.example --like openedx log 2> /dev/null | jq -c '[.verb.display.en, .object.id]'
  ["attempted","https://lms.example/xblock/block-v1:A+B+C+type@problem+block@p1"]
  ["played","https://lms.example/xblock/block-v1:A+B+C+type@video+block@v1"]
  $ ralph convert -f edx -t xapi -p https://lms.example log 2> /dev/null | jq -c .verb.id
  "https://w3id.org/xapi/video/verbs/played"
  $ ralph convert -f edx -t xapi -p https://lms.example --like openedx log 2> /dev/null | jq -c .verb.display.en
  "attempted"
  "played"
  $ lectern convert -f edx -t xapi -p https://lms.example --like sakai log 2>&1 | tail -1
  Error: --like must be ralph or openedx

What breaks the standard there is mended and counted, unless it is wanted exact
  $ sed 's/"weighted_earned":3,"weighted_possible":4/"weighted_earned":0,"weighted_possible":0/' log > nothing
  $ lectern convert -f edx -t xapi -p https://lms.example nothing > mended
  Repaired: scores out of 0, or beyond the maximum: 1
  Total events: 2, Invalid events: 0
  $ head -1 mended | jq -c .result
  {"success":true}
  $ lectern convert -f edx -t xapi -p https://lms.example --exact nothing 2> /dev/null | head -1 | jq -c .result
  {"success":true,"score":{"scaled":0,"raw":0,"min":0,"max":0}}

What the platform knows must be objects of texts
  $ echo '{"users": {"5": 7}}' > known.json
  $ lectern convert -f edx -t xapi -p https://lms.example --known known.json log
  Error: known.json: /users/5: must be a text that is not empty
  [1]
