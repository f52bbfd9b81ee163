Valid lines go on as they came; of the others stderr says where and why
  $ good='{"actor":{"mbox":"mailto:a@b.ch"},  "verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"}}'
  $ printf '%s\n' "$good" '{"actor":{},"verb":{"id":"http://v"},"object":{"id":"http://o"}}' > two.jsonl
  $ lectern validate -f xapi two.jsonl
  {"actor":{"mbox":"mailto:a@b.ch"},  "verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"}}
  line 2: /actor: .* \(Data 2.4.2.3\) (re)
  Total events: 2, Invalid events: 1
  [1]
  $ lectern validate -f xapi -I < two.jsonl > /dev/null
  line 2: /actor: .* \(Data 2.4.2.3\) (re)
  Total events: 2, Invalid events: 1

Several files are read one behind another, plain or packed
  $ gzip -k two.jsonl; echo "$good" | zstd -q > good.zst
  $ lectern validate -f xapi -I good.zst two.jsonl.gz - <<< "$good" > /dev/null
  two.jsonl.gz:2: /actor: .* \(Data 2.4.2.3\) (re)
  Total events: 4, Invalid events: 1

The first refused record ends it, unless -I is given
  $ (echo nonsense; echo "$good") | lectern validate -f xapi 2>&1 | tail -1
  Total events: 1, Invalid events: 1
  $ (echo nonsense; echo "$good") | lectern validate -f xapi -I 2> /dev/null | wc -l
  1

Each statement is checked by its own version, or by the one that is asked for
  $ of20='{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"version":"2.0.0"}'
  $ lectern validate -f xapi <<< "$of20" > /dev/null
  Total events: 1, Invalid events: 0
  $ lectern validate -f xapi --standard 1.0.3 <<< "$of20"
  line 1: /version: .* (re)
  Total events: 1, Invalid events: 1
  [1]
  $ lectern validate -f xapi --standard 2.0.0 <<< "$of20" > /dev/null
  Total events: 1, Invalid events: 0

What no model of Ralph knows is passed over, and ends it with -F
  $ ralph validate -f xapi < <(echo '{"verb":{"id":"http://nobody.example"}}')
  line 1: .* (re)
  Total events: 1, Invalid events: 1
  $ ralph validate -f xapi -F < <(echo '{"verb":{"id":"http://nobody.example"}}') 2> /dev/null
  [1]
  $ lectern validate -f xapi --standard ralph -F < <(echo '{"verb":{"id":"http://nobody.example"}}') 2> /dev/null
  [1]

Blank lines are nothing, but records that are no JSON for Ralph
  $ (echo; echo "$good"; echo) | lectern validate -f xapi > /dev/null
  Total events: 1, Invalid events: 0
  $ echo | ralph validate -f xapi 2> /dev/null
  [1]

Refused records are kept as they came, to be fed in again
  $ lectern validate -f xapi -I --errors refused.jsonl two.jsonl > /dev/null 2>&1; cat refused.jsonl
  {"actor":{},"verb":{"id":"http://v"},"object":{"id":"http://o"}}
  $ sed -i 's/{}/{"mbox":"mailto:a@b.ch"}/' refused.jsonl; lectern validate -f xapi refused.jsonl > /dev/null
  Total events: 1, Invalid events: 0
  $ lectern validate -f xapi --errors two.jsonl two.jsonl
  Error: two.jsonl is an input too: it would be emptied
  [1]

A report sums them up by rule and by sender
  $ printf '%s\n' '{"actor":{"account":{"homePage":"http://moodle.example","name":"1"}},"verb":{"id":"http://v"},"object":{"id":"no iri"}}' '{"actor":{"account":{"homePage":"http://moodle.example","name":"2"}},"verb":{"id":"http://v"},"object":{"id":"no"}}' nonsense > three.jsonl
  $ lectern validate -f xapi -I --report report.json three.jsonl 2> /dev/null
  $ python3 -c 'import json; r = json.load(open("report.json")); print(r["records"], r["refused"], [(x["rule"], x["pointer"], x["count"], x["first_line"]) for x in r["rules"]], r["sources"])'
  3 3 [('Data 2.4.4.1', '/object/id', 2, 1), ('JSON', '', 1, 3)] [{'verb': 'http://v', 'platform': 'http://moodle.example', 'count': 2}, {'verb': '', 'platform': '', 'count': 1}]

A wrong use is told
  $ lectern validate -f csv 2>&1 | tail -1
  Error: --format must be edx or xapi; with xapi --standard may be 1.0.3, 2.0.0 or ralph, with --ralph-output only ralph, and with --repair not ralph
  $ lectern validate -f edx --standard 1.0.3 2> /dev/null
  [2]
  $ lectern validate -f xapi nowhere.jsonl
  Total events: 0, Invalid events: 0
  Error: nowhere.jsonl: No such file or directory (after line 0)
  [1]

Where a file is seen to come from a tool, the refusal says what the tool does
  $ echo '[{"actor":{"mbox":"mailto:a@b.ch"}}]' | lectern validate -f xapi 2>&1 | head -1
  line 1: a statement must be an object, not an array; a line holds one statement: `jq -c .[]` makes lines of a list (Data 2.4)
  $ echo '{"actor":{"mbox":"mailto:a@b.ch","name":null},"verb":{"id":"http://v"},"object":{"id":"http://o"}}' | lectern validate -f xapi 2>&1 | head -1
  line 1: /actor/name: .*; DuckDB and other readers of tables write null where a property was absent: --repair leaves it out .* (re)
  $ echo '{"actor":{"mbox":"mailto:undefined"},"verb":{"id":"http://v"},"object":{"id":"http://o"}}' | lectern validate -f xapi 2>&1 | head -1
  line 1: /actor/mbox: .*; H5P writes mailto:undefined for whoever has no address .* (re)
  $ echo '{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v"},"object":{"id":"http://o"},"result":{"duration":"P1DT"}}' | lectern validate -f xapi 2>&1 | grep -o 'as calc.* of @xapi/xapi'
  as calculateISO8601Duration() of @xapi/xapi

What tables and Learning Locker leave is repaired where that is asked for, and counted; what cannot be known is refused
  $ of() { echo '{ "actor": {"mbox":'$1', "name": '$2'}, "verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"}, "timestamp": "'$3'", "result": null, "context":{"extensions":{"http://e.example/e":null}}}'; }
  $ (of '"mailto:a@b.ch"' '"Ada"' 2026-01-01T00:00:00; of '"mailto:a@b.ch"' null 2026-01-01; of '"mailto:a@b.ch"' null 2026-02-30) > left
  $ lectern validate -f xapi --repair -I left
  {"actor":{"mbox":"mailto:a@b.ch","name":"Ada"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"timestamp":"2026-01-01T00:00:00","context":{"extensions":{"http://e.example/e":null}}}
  {"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"timestamp":"2026-01-01T00:00:00Z","context":{"extensions":{"http://e.example/e":null}}}
  line 3: /timestamp: .*; there is no such day: nothing can be put in its place .* (re)
  Repaired: members that are null, left out: 3
  Repaired: dates without a time, taken as midnight in UTC: 1
  Total events: 3, Invalid events: 1
  $ lectern validate -f xapi left 2>&1 | head -1
  line 1: /result: .*: --repair leaves it out .* (re)
  $ echo '{"actor":{"mbox_sha1sum":"a94a8fe5ccb1"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"}}' | lectern validate -f xapi --repair 2>&1 | head -1
  line 1: /actor/mbox_sha1sum: .*; Learning Locker takes one that was cut, .* (re)
  $ echo '{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"timestamp":"2026-01-01"}' | lectern validate -f xapi 2>&1 | head -1
  line 1: /timestamp: .*; --repair takes a date alone as midnight in UTC .* (re)
  $ lectern validate -f edx --repair left 2>&1 | tail -1
  Error: --format must be edx or xapi; .* and with --repair not ralph (re)

What Learning Locker would refuse is told beforehand
  $ of() { sed "s|$1|$2|" <<< '{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},"object":{"id":"http://o.example/o"},"timestamp":"2026-01-01T00:00:00Z","result":{"duration":"PT1H"},"context":{"extensions":{"http://e.example/e":1}}}'; }
  $ (of a a; of http://o.example/o course-v1:a+b+c; of PT1H PT0.5H; of 00Z 00,5Z; of 00Z 00; of b.ch localhost; of http://e.example/e course-v1:e) > some
  $ lectern validate -f xapi --for learninglocker -I some > /dev/null
  line 2: /object/id: Learning Locker does not take this as an IRI
  line 3: /result/duration: Learning Locker does not take this as a duration
  line 4: /timestamp: Learning Locker does not take this as a timestamp
  line 5: /timestamp: Learning Locker does not take this as a timestamp
  line 6: /actor/mbox: Learning Locker does not take this as a mailto IRI
  line 7: /context/extensions/course-v1:e: Learning Locker does not take this as an IRI
  Total events: 7, Invalid events: 6
  $ lectern validate -f xapi some > /dev/null
  Total events: 7, Invalid events: 0
  $ lectern validate -f xapi --for somebody < some 2>&1 | tail -1
  Error: --for must be learninglocker

With --ralph-output it prints what Ralph prints: its models' values, written anew
  $ cat > event << 'END'
  > {"username":"ada","ip":"10.0.0.7","agent":"a","host":"h","referer":"https://campus.example","accept_language":"en","context":{"course_id":"course-v1:A+B+C","org_id":"A","path":"/a//b/"},"time":"2026-11-24T09:13:00.5+00:00","page":null,"event_source":"server","event":{"course_id":"course-v1:A+B+C","mode":"audit","user_id":"7"},"event_type":"edx.course.enrollment.activated","name":"edx.course.enrollment.activated"}
  > END
  $ lectern validate -f edx --ralph-output event 2> /dev/null
  {"username":"ada","ip":"10.0.0.7","agent":"a","host":"h","referer":"https://campus.example/","accept_language":"en","context":{"course_id":"course-v1:A+B+C","course_user_tags":null,"module":null,"org_id":"A","path":"/a/b","user_id":null},"time":"2026-11-24T09:13:00.500000Z","page":null,"event_source":"server","event":{"course_id":"course-v1:A+B+C","mode":"audit","user_id":7},"event_type":"edx.course.enrollment.activated","name":"edx.course.enrollment.activated"}
  $ lectern validate -f xapi --standard 1.0.3 --ralph-output event 2>&1 | tail -1
  Error: --format must be edx or xapi; with xapi --standard may be 1.0.3, 2.0.0 or ralph, with --ralph-output only ralph, and with --repair not ralph
