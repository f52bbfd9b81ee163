"""State, Agent Profile and Activity Profile (Communication 2.2 to 2.7), and concurrency (3.1)."""

import hashlib

from scenario import DELETE, GET, HEAD, POST, PUT, Scenario, Failure
from statements import agent

AGENT = agent()
ACTIVITY = "https://example.org/{activity}"
OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}


def state(id="{doc}", **more):
    return {"activityId": ACTIVITY, "agent": AGENT, **({"stateId": id} if id else {}), **more}


def agents(id="{doc}", **more):
    return {"agent": AGENT, **({"profileId": id} if id else {}), **more}


def activities(id="{doc}", **more):
    return {"activityId": ACTIVITY, **({"profileId": id} if id else {}), **more}


STATE, AGENTS, ACTIVITIES = "/activities/state", "/agents/profile", "/activities/profile"
RESOURCES = ((STATE, state), (AGENTS, agents), (ACTIVITIES, activities))
NEW = {"If-None-Match": "*"}


def etag(body):
    return '^"' + hashlib.sha1(body).hexdigest() + '"$'


def tag(body):
    return '"' + hashlib.sha1(body).hexdigest() + '"'


def same_ids(*wanted):
    def check(answer, names):
        from scenario import fill
        if sorted(answer.json) != sorted(fill(list(wanted), names)):
            raise Failure(f"ids {answer.json}, not {fill(list(wanted), names)}")
    return check


SCENARIOS = []
for path, query in RESOURCES:
    kind = path.strip("/").replace("/", " ")
    SCENARIOS += [
        Scenario(
            f"{kind}: a document comes back byte for byte, with its type, ETag and date",
            PUT(path, b"\x00\x01\xff bytes", query=query(), headers={"Content-Type": "image/x-odd; a=b", **NEW}, status=204),
            GET(path, query=query(), status=200, body_is=b"\x00\x01\xff bytes",
                header={"Content-Type": "^image/x-odd; a=b$", "ETag": etag(b"\x00\x01\xff bytes"), "Last-Modified": "GMT$",
                        "X-Content-Type-Options": "^nosniff$", "Content-Security-Policy": "sandbox"}),
            HEAD(path, query=query(), status=200, body_is=b"", header={"Content-Length": "^9$", "ETag": "."}),
            GET(path, query=query(), headers={"If-None-Match": tag(b"\x00\x01\xff bytes")}, status=304),
            GET(path, query=query("{other}"), status=404), HEAD(path, query=query("{other}"), status=404),
            DELETE(path, query=query(), status=204), GET(path, query=query(), status=404),
            DELETE(path, query=query(), status=204)),
        Scenario(
            f"{kind}: POST merges the members of JSON objects, one level deep",
            POST(path, b'{"a":1,"b":{"x":1}}', query=query(), headers=JSON, status=204),
            POST(path, b'{"b":{"y":2},"c":12345678901234567890}', query=query(), headers=JSON, status=204),
            GET(path, query=query(), status=200, body_is=b'{"a":1,"b":{"y":2},"c":12345678901234567890}',
                header={"Content-Type": "^application/json$"})),
        Scenario(
            f"{kind}: JSON with a key twice or half a surrogate pair is kept byte for byte, and merged as JavaScript does",
            POST(path, rb'{"a": 1,"\ud800":"\udc00", "a":2}', query=query(), headers=JSON, status=204),
            GET(path, query=query(), status=200, body_is=rb'{"a": 1,"\ud800":"\udc00", "a":2}'),
            POST(path, rb'{"b":{"x":1,"x":2},"b":3,"\uD800":null}', query=query(), headers=JSON, status=204),
            GET(path, query=query(), status=200, body_is=rb'{"a":2,"\ud800":null,"b":3}'),
            POST(path, b'{"a":1,}', query=query(), headers=JSON, status=400),
            POST(path, b'{"a":"\xff"}', query=query(), headers=JSON, status=400)),
        Scenario(
            f"{kind}: JSON of more values than one text may hold is 413 and says whose bound that is",
            POST(path, b"[" + b"[]," * 1_000_000 + b"[]]", query=query(), headers=JSON, status=413,
                 has="LECTERN_RUNSERVER_JSON_VALUES_MAX"),
            GET(path, query=query(), status=404)),
        Scenario(
            f"{kind}: what cannot be merged is refused and changes nothing",
            POST(path, b"text", query=query(), headers={"Content-Type": "text/plain"}, status=204),
            POST(path, b'{"a":1}', query=query(), headers=JSON, status=400),
            GET(path, query=query(), status=200, body_is=b"text"),
            POST(path, b'{"a":1}', query=query("{j}"), headers=JSON, status=204),
            POST(path, b"text", query=query("{j}"), headers={"Content-Type": "text/plain"}, status=400),
            POST(path, b"[1]", query=query("{j}"), headers=JSON, status=400),
            POST(path, b"{nonsense", query=query("{j}"), headers=JSON, status=400),
            GET(path, query=query("{j}"), status=200, body_is=b'{"a":1}')),
        Scenario(
            f"{kind}: JSON that does not parse is refused",
            PUT(path, b"{nonsense", query=query(), headers={**JSON, **NEW}, status=400),
            GET(path, query=query(), status=404)),
        Scenario(
            f"{kind}: ids are listed, also those changed since an instant",
            POST(path, b"1", query=query("{a}"), headers=OCTETS, status=204),
            GET(path, query=query("{a}"), status=200),
            GET(path, query=query(None), status=200, check=same_ids("{a}")),
            GET(path, query=query(None, since="2100-01-01T00:00:00Z"), status=200, json=[]),
            GET(path, query=query(None, since="2000-01-01T00:00:00+01:00"), status=200, check=same_ids("{a}")),
            POST(path, b"2", query=query("{b}"), headers=OCTETS, status=204),
            GET(path, query=query(None), status=200, check=same_ids("{a}", "{b}")),
            GET(path, query=query(None, since="nonsense"), status=400)),
        Scenario(
            f"{kind}: bad parameters are refused",
            GET(path, status=400),
            PUT(path, b"x", query=query(None), headers=NEW, status=400),
            POST(path, b"x", query=query(None), status=400),
            GET(path, query=query(foo="bar"), status=400),
            *([GET(path, query={**query(), "agent": bad}, status=400) for bad in ("nonsense", "{}", "[]", '{"name":"x"}')]
              if "agent" in query() else []),
            *([GET(path, query={**query(), "activityId": "nonsense"}, status=400)] if "activityId" in query() else [])),
        Scenario(
            f"{kind}: If-Match and If-None-Match are honoured",
            PUT(path, b"1", query=query(), headers={**OCTETS, "If-Match": "*"}, status=412),
            PUT(path, b"1", query=query(), headers={**OCTETS, **NEW}, status=204),
            PUT(path, b"2", query=query(), headers={**OCTETS, **NEW}, status=412),
            PUT(path, b"2", query=query(), headers={**OCTETS, "If-Match": '"' + "0" * 40 + '"'}, status=412),
            PUT(path, b"2", query=query(), headers={**OCTETS, "If-Match": "W/" + tag(b"1")}, status=412),
            GET(path, query=query(), status=200, body_is=b"1"),
            PUT(path, b"2", query=query(), headers={**OCTETS, "If-Match": '"x", ' + tag(b"1")}, status=204),
            POST(path, b"3", query=query("{p}"), headers={**OCTETS, "If-Match": tag(b"1")}, status=412),
            DELETE(path, query=query(), headers={"If-Match": tag(b"1")}, status=412),
            GET(path, query=query(), status=200, body_is=b"2"),
            DELETE(path, query=query(), headers={"If-Match": tag(b"2")}, status=204),
            GET(path, query=query(), status=404)),
    ]

SCENARIOS += [
    Scenario(
        "state: PUT without a precondition replaces in 1.0.3",
        PUT(STATE, b"1", query=state(), headers=OCTETS, status=204),
        PUT(STATE, b"2", query=state(), headers=OCTETS, status=204),
        GET(STATE, query=state(), status=200, body_is=b"2"), versions=("1.0.3",)),
    Scenario(
        "state: PUT without a precondition on what exists is a conflict in 2.0",
        PUT(STATE, b"1", query=state(), headers=OCTETS, status=204),
        PUT(STATE, b"2", query=state(), headers=OCTETS, status=409),
        GET(STATE, query=state(), status=200, body_is=b"1"), versions=("2.0.0",)),
    *[Scenario(
        f"{path}: PUT without a precondition, by version",
        PUT(path, b"1", query=query(), headers=OCTETS, status=400 if version == "1.0.3" else 204),
        POST(path, b"1", query=query("{e}"), headers=OCTETS, status=204),
        PUT(path, b"2", query=query("{e}"), headers=OCTETS, status=409),
        GET(path, query=query("{e}"), status=200, body_is=b"1"), versions=(version,))
      for path, query in RESOURCES[1:] for version in ("1.0.3", "2.0.0")],
    Scenario(
        "state: a document with a registration is another one than that without",
        PUT(STATE, b"with", query=state(registration="{r}"), headers={**OCTETS, **NEW}, status=204),
        GET(STATE, query=state(), status=404),
        PUT(STATE, b"without", query=state(), headers={**OCTETS, **NEW}, status=204),
        PUT(STATE, b"x", query=state("{z}", registration="{s}"), headers={**OCTETS, **NEW}, status=204),
        GET(STATE, query=state(registration="{r}"), status=200, body_is=b"with"),
        GET(STATE, query=state(None, registration="{r}"), status=200, check=same_ids("{doc}")),
        GET(STATE, query=state(None), status=200, check=same_ids("{doc}", "{z}")),
        DELETE(STATE, query=state(None, registration="{r}"), status=204),
        GET(STATE, query=state(registration="{r}"), status=404),
        GET(STATE, query=state(), status=200, body_is=b"without"),
        DELETE(STATE, query=state(None), status=204),
        GET(STATE, query=state(None), status=200, json=[]),
        GET(STATE, query=state(registration="nonsense"), status=400)),
    Scenario(
        "profiles: DELETE needs a profileId",
        DELETE(AGENTS, query=agents(None), status=400), DELETE(ACTIVITIES, query=activities(None), status=400)),
    Scenario(
        "agents: a Person has what was asked for and the names that were seen",
        GET("/agents", query={"agent": AGENT}, status=200,
            json={"objectType": "Person", "mbox": ["mailto:{agent}@example.org"]}),
        POST("/statements", [{"actor": {**AGENT, "name": "Ann"}, "verb": {"id": "http://a.org/v"},
                              "object": {"id": ACTIVITY}},
                             {"actor": {**AGENT, "name": "Anna"}, "verb": {"id": "http://a.org/v"},
                              "object": {"id": ACTIVITY}}], status=200),
        GET("/agents", query={"agent": AGENT}, status=200, json={"name": ["Ann", "Anna"]}),
        GET("/agents", status=400), GET("/agents?agent=nonsense", status=400), GET("/agents?agent=%7B%7D", status=400)),
    Scenario(
        "activities: the definition joins all that was said",
        GET("/activities", query={"activityId": ACTIVITY}, status=200, json={"objectType": "Activity", "id": ACTIVITY}),
        POST("/statements", [{"actor": AGENT, "verb": {"id": "http://a.org/v"},
                              "object": {"id": ACTIVITY, "definition": {"name": {"en": "one"}, "type": "http://a.org/t"}}}],
             status=200),
        POST("/statements", [{"actor": AGENT, "verb": {"id": "http://a.org/v"}, "object": {"id": "http://a.org/x"},
                              "context": {"contextActivities": {"parent": {
                                  "id": ACTIVITY, "definition": {"name": {"fr": "un"}, "moreInfo": "http://a.org/m"}}}}}],
             status=200),
        GET("/activities", query={"activityId": ACTIVITY}, status=200,
            json={"id": ACTIVITY, "definition": {"name": {"en": "one", "fr": "un"}, "type": "http://a.org/t",
                                                 "moreInfo": "http://a.org/m"}}),
        GET("/activities", status=400), GET("/activities?activityId=nonsense", status=400)),
    Scenario(
        "about needs neither credentials nor version",
        GET("/about", user=None, version=None, status=200, json={"version": ["1.0.3", "2.0.0"]},
            header={"X-Experience-API-Version": "."}),
        GET("/about", version="9.9", status=200), GET("/about?x=1", status=400), HEAD("/about", status=200)),
]
