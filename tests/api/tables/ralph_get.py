"""Reading in Ralph's dialect: its parameters, its texts, its pages."""

import re

from scenario import GET, HEAD, POST, PUT, Scenario, Step, Failure
from statements import activity, agent, statement, verb

N = dict(version=None)
ONE = ("1.0.3",)


def sentence(name, *steps):
    return Scenario(name, *steps, versions=ONE)


def refused(query, detail):
    return GET("/statements?" + query, status=400, json={"detail": detail}, **N)


def no_more(answer, names):
    if "more" in answer.json:
        raise Failure("more is there")


def more_first(answer, names):
    if not re.match(rb'\{"more":"/xAPI/statements/\?agent=[^"]*&limit=1&cursor=[^"&]*","statements":\[', answer.body):
        raise Failure(answer.body[:300])
    names["more"] = answer.json["more"]


def listed(query, ids, **kw):
    return GET("/statements", query=query, status=200, ids=ids, **N, **kw)


THREE = POST("/statements", [
    statement("{a}", timestamp="2020-01-01T00:00:00Z"), statement("{b}", timestamp="2019-01-01T00:00:00Z"),
    statement("{c}", timestamp="2021-01-01T00:00:00Z")], status=200, **N)
BY_ID = "Querying by id only accepts `attachments` and `format` as extra parameters"

SCENARIOS = [
    sentence(
        "an id is an exact filter whose answer is a list",
        THREE, listed({"statementId": "{a}"}, ["{a}"]), listed({"statementId": "{nobody}"}, [])),
    sentence(
        "voidedStatementId gives the voided statement, as a list",
        THREE,
        POST("/statements", statement("{v}", verb=verb("voided"), object={"objectType": "StatementRef", "id": "{a}"}),
             status=200, **N),
        listed({"voidedStatementId": "{a}"}, ["{a}"]), listed({"voidedStatementId": "{b}"}, [])),
    sentence(
        "agent, verb, activity and registration filter, together and on every backend",
        POST("/statements", [statement("{a}", verb=verb("{v}"), context={"registration": "{r}"}),
                             statement("{b}", object=activity("{o}"))], status=200, **N),
        listed({"agent": agent()}, ["{b}", "{a}"]),
        listed({"agent": {"mbox": "mailto:{agent}@EXAMPLE.ORG"}}, ["{b}", "{a}"]),
        listed({"agent": agent(), "verb": "http://adlnet.gov/expapi/verbs/{v}"}, ["{a}"]),
        listed({"agent": agent(), "activity": "https://example.org/{o}"}, ["{b}"]),
        listed({"registration": "{r}"}, ["{a}"]),
        listed({"agent": agent(), "verb": "http://adlnet.gov/expapi/verbs/{v}", "activity": "https://example.org/{o}"}, [])),
    sentence(
        "an agent is found as the object too, and a group may be asked for",
        POST("/statements", [statement("{a}", object=agent("{x}")),
                             statement("{b}", actor={"objectType": "Group", "mbox": "mailto:{g}@example.org"})],
             status=200, **N),
        listed({"agent": agent("{x}")}, ["{a}"]),
        listed({"agent": {"objectType": "Group", "mbox": "mailto:{g}@example.org"}}, ["{b}"])),
    sentence(
        "related_agents and related_activities widen, whatever word says true or false",
        POST("/statements", [statement("{a}", context={"instructor": agent("{x}"), "contextActivities": {
            "parent": [activity("{p}")]}})], status=200, **N),
        listed({"agent": agent("{x}"), "related_agents": "True"}, ["{a}"]),
        listed({"agent": agent("{x}"), "related_agents": "False"}, []),
        listed({"activity": "https://example.org/{p}", "related_activities": "1"}, ["{a}"]),
        listed({"activity": "https://example.org/{p}", "related_activities": "no"}, [])),
    sentence(
        "since and until look at stored, and take a date or a zone",
        THREE,
        listed({"agent": agent(), "since": "2022-01-01"}, ["{c}", "{b}", "{a}"]),
        listed({"agent": agent(), "until": "2022-01-01"}, []),
        listed({"agent": agent(), "since": "2022-01-01T00:00:00+02:00"}, ["{c}", "{b}", "{a}"]),
        listed({"agent": agent(), "since": "2022-01-01 00:00:00"}, ["{c}", "{b}", "{a}"]),
        refused("since=yesterday", "The parameter `since` must be an ISO 8601 date and time"),
        refused("until=1e9", "The parameter `until` must be an ISO 8601 date and time")),
    sentence(
        "since and until may be numbers since 1970 and whatever else Ralph's parser takes",
        THREE,
        *[step for before, after in (
            ("1577836800", "4102444800"), ("1577836800.5", "4102444800123"), ("-1", "253402300799999"), ("20200101", "9000000000"),
            ("2020-01-01_12:00:00", "2099-01-01 12:00"), ("2020-01-01T12:00", "2099-01-01t12:00:00z"),
            ("2020-01-01T12:00:00-00:00", "2099-01-01T12:00:00-0000"))
          for step in (listed({"agent": agent(), "since": before, "until": after}, ["{c}", "{b}", "{a}"]),
                       listed({"agent": agent(), "until": before}, []), listed({"agent": agent(), "since": after}, []))],
        *[refused("since=" + odd, "The parameter `since` must be an ISO 8601 date and time")
          for odd in ("1577836800%2C5", "inf", "99999999999999999", "253402300800000", "2020-1-1", "1_000")]),
    sentence(
        "ascending=false is descending, and True is a word for true",
        THREE,
        listed({"agent": agent()}, ["{c}", "{b}", "{a}"]),
        listed({"agent": agent(), "ascending": "false"}, ["{c}", "{b}", "{a}"]),
        listed({"agent": agent(), "ascending": "True"}, ["{a}", "{b}", "{c}"]),
        refused("ascending=maybe", "The parameter `ascending` must be `true` or `false`")),
    sentence(
        "limit may be 2.0, and 0 is the server's maximum",
        THREE,
        listed({"agent": agent(), "limit": "2.0"}, ["{c}", "{b}"]),
        listed({"agent": agent(), "limit": "0"}, ["{c}", "{b}", "{a}"], check=no_more),
        refused("limit=-1", "The parameter `limit` must be a non-negative integer"),
        refused("limit=x", "The parameter `limit` must be a non-negative integer")),
    sentence(
        "format=ids leaves out what ids and canonical leave out",
        POST("/statements", statement("{a}", verb={**verb(), "display": {"en": "x"}}), status=200, **N),
        GET("/statements", query={"statementId": "{a}", "format": "ids"}, status=200,
            check=lambda a, n: None if "display" not in a.json["statements"][0]["verb"] else (_ for _ in ()).throw(
                Failure("display")), **N),
        GET("/statements", query={"statementId": "{a}", "format": "exact"}, status=200, has='"display"', **N),
        refused("format=nice", "The parameter `format` must be `exact`, `ids` or `canonical`")),
    sentence(
        "attachments=true is answered with a multipart",
        GET("/statements?limit=1&attachments=true", status=200, header={"Content-Type": "^multipart/mixed"}, **N),
        GET("/statements?limit=1&attachments=False", status=200, header={"Content-Type": "^application/json"}, **N)),
    sentence(
        "mine asks for the caller's own statements",
        POST("/statements", [statement("{a}")], status=200, **N),
        listed({"agent": agent(), "mine": "True"}, ["{a}"])),
    sentence(
        "of a repeated parameter the last one counts",
        THREE,
        GET("/statements?limit=1&statementId={b}&statementId={a}", status=200, ids=["{a}"], **N)),
    sentence(
        "an empty id, verb or activity filters nothing",
        THREE,
        listed({"agent": agent(), "verb": "", "activity": "", "statementId": ""}, ["{c}", "{b}", "{a}"]),
        GET("/statements?agent=", status=400, **N), GET("/statements?since=", status=400, **N)),
    sentence(
        "both ids at once are refused with Ralph's text",
        refused("statementId={a}&voidedStatementId={b}",
                "Query parameters cannot include both `statementId`and `voidedStatementId`")),
    sentence(
        "an id with a filter is refused with Ralph's text, with what selects nothing it is not",
        THREE,
        refused("statementId={a}&verb=http://a.org/v", BY_ID),
        refused("voidedStatementId={a}&since=2020-01-01T00:00:00Z", BY_ID),
        refused("statementId={a}&related_agents=true", BY_ID),
        listed({"statementId": "{a}", "limit": "5", "ascending": "true", "mine": "false", "related_agents": "false"},
               ["{a}"])),
    sentence(
        "a verb, activity or agent that is none is 400 with a reason",
        refused("verb=abc", "The parameter `verb` must be an absolute IRI"),
        refused("activity=abc", "The parameter `activity` must be an absolute IRI"),
        refused("registration=abc", "The parameter `registration` must be a UUID"),
        *[GET("/statements", query={"agent": bad}, status=400,
              json={"detail": lambda d: d.startswith("The parameter `agent` must be the JSON of an Agent")}, **N)
          for bad in ("{}", "null", "[]", '"x"', "{", "nobody")]),
    sentence(
        "an id that is no UUID is 400",
        refused("statementId=abc", "The parameter `statementId` must be a UUID")),
    sentence(
        "an unknown parameter is refused with Ralph's text, for every method",
        refused("foo=bar", "The following parameter is not allowed: `foo`"),
        refused("b=1&a=1", "The following parameter is not allowed: `b`"),
        refused("pit_id=x", "The following parameter is not allowed: `pit_id`"),
        refused("search_after=x", "The following parameter is not allowed: `search_after`"),
        POST("/statements?foo=bar", [statement()], status=400,
             json={"detail": "The following parameter is not allowed: `foo`"}, **N),
        PUT("/statements?foo=bar&statementId={a}", statement(), status=400,
            json={"detail": "The following parameter is not allowed: `foo`"}, **N)),
    sentence(
        "more comes first, is a relative path, and keeps the path and the parameters as called",
        THREE,
        GET("/statements/", query={"agent": agent(), "limit": "1"}, status=200, ids=["{c}"], check=more_first, **N),
        GET("{more}", status=200, ids=["{b}"], check=more_first, **N),
        GET("{more}", status=200, ids=["{a}"], check=no_more, **N)),
    sentence(
        "a full last page has no more link, so no empty page follows",
        THREE,
        listed({"agent": agent(), "limit": "3"}, ["{c}", "{b}", "{a}"], check=no_more)),
    sentence(
        "a cursor that was not given out is refused",
        refused("cursor=x", "The parameter `cursor` is none that a `more` link has held")),
    sentence(
        "credentials are looked at before the body and the parameters",
        GET("/statements?foo=bar", user=None, status=401, **N),
        POST("/statements", b"{", headers={"Content-Type": "application/json"}, user=None, status=401, **N),
        POST("/statements", b"{", headers={"Content-Type": "application/json"}, status=400, **N)),
    sentence(
        "HEAD is GET without a body; other methods are 405 and say which are allowed",
        HEAD("/statements", status=200, body_is="", **N),
        *[Step(method, "/statements", status=405, json={"detail": "Method Not Allowed"},
               header={"Allow": "^PUT, POST, GET, HEAD$"}, **N) for method in ("DELETE", "PATCH", "OPTIONS")],
        POST("/whoami", status=405, header={"Allow": "^GET, HEAD$"}, **N)),
    sentence(
        "other paths are 404 with Ralph's text",
        GET("/nowhere", status=404, json={"detail": "Not Found"}, **N),
        GET("/docs/oauth2-redirect", user=None, status=404, json={"detail": "Not Found"}, **N)),
    sentence(
        "every answer names a version, those about statements what they are consistent through",
        GET("/statements?limit=1", status=200, header={
            "X-Experience-API-Version": "^1.0.3$", "X-Experience-API-Consistent-Through": "Z$"}, **N),
        GET("/statements?limit=1", status=200, header={"Date": " GMT$", "Content-Length": "[0-9]"}, absent=["Server", "ETag"], **N),
        GET("/statements?foo=1", status=400, header={"X-Experience-API-Version": "^1.0.3$"}, **N)),
    sentence(
        "without origins by setting there are no headers of CORS",
        GET("/statements?limit=1", headers={"Origin": "https://lms.example"}, status=200,
            absent=["Access-Control-Allow-Origin"], **N)),
]
