"""What a server takes that takes what Ralph takes, and where it stores the good part of a batch by itself."""

import lectern
from scenario import GET, POST, Scenario, Failure
from statements import activity, agent, statement

SETTINGS = {"LECTERN_LRS_VALIDATION": "ralph", "RALPH_LRS_PARTIAL_SUCCESS_DEFAULT": "true"}


USERS = [lectern.user("janedoe"), lectern.user("bob", ["statements/write", "statements/read/mine"])]


def has_rule(rule):
    """Among what was tolerated, something of this rule."""
    def look(answer, names):
        if not any(one["rule"] == rule and one["example"]["path"].startswith("/") and one["count"] >= 1
                   and one["user"] == "janedoe" and one["last"].endswith("Z") for one in answer.json["tolerated"]):
            raise Failure(f"{rule} is not in {answer.json}")
    return look


def only_of(user):
    def look(answer, names):
        users = {one["user"] for one in answer.json["tolerated"]}
        if users != {user}:
            raise Failure(f"users are {users}")
    return look


def of_bob_at(path):
    """One kind of fault, of bob, with its place in the statement: verbs must have ids."""
    def look(answer, names):
        kinds = [(one["user"], one["rule"], one["example"]["path"]) for one in answer.json["refused"]]
        if kinds != [("bob", "Data 2.4.3", path)] or '"id"' not in answer.json["refused"][0]["example"]["detail"]:
            raise Failure(str(answer.json))
    return look


def tolerated(name, rule, **more):
    """A statement with `more` is stored as it came, found, and counted."""
    return Scenario(
        name,
        POST("/statements", [statement("{a}", **more)], status=200, json=["{a}"]),
        GET("/statements?statementId={a}", status=200, json=more),
        GET("/statements", query={"agent": agent()}, status=200, ids=["{a}"]),
        GET("/extensions/tolerated", status=200, json={"validation": "ralph"}, check=has_rule(rule)),
        GET("/metrics", status=200, has='lectern_tolerated_statements_total{rule="' + rule + '"}'))


def refused(name, **more):
    return Scenario(name, POST("/statements?partialSuccess=false", statement("{a}", **more), status=400,
                               json={"path": lambda p: p.startswith("/")}),
                    GET("/statements?statementId={a}", status=404))


SCENARIOS = [
    tolerated("a score of nothing out of nothing is taken", "Data 2.4.5.1",
              result={"score": {"min": 0, "max": 0, "raw": 0, "scaled": 0}}),
    tolerated("whole days as @xapi/xapi writes them are taken", "Data 4.6", result={"duration": "P1DT"}),
    tolerated("bonus points are taken", "Data 2.4.5.1",
              result={"score": {"min": 0, "max": 10, "raw": 12, "scaled": 1.2}}),
    tolerated("a group activity is taken", "Data 2.4.4",
              object={"id": "https://example.org/g", "objectType": "GroupActivity"}),
    tolerated("an id without scheme in the context is taken", "Data 2.4.4.1",
              context={"contextActivities": {"grouping": [{"id": "2b2b0b3e-7e0c-4f8e-8f0a-1a2b3c4d5e6f"}]}}),
    tolerated("language tags as platforms write them, and null in maps, are taken", "Data 4.2",
              object=activity(definition={"name": {"zh_HANS": "x"}, "description": {"en": None}})),
    Scenario(
        "links are taken as browsers leave them",
        *[POST("/statements", statement(object={"id": link}), status=200)
          for link in ("https://x.org/?ids[]=1", "https://x.org/?a=x|y", "https://x.org/a%2", "https://x.org/#a#b")],
        GET("/statements", query={"activity": "https://x.org/?a=x|y", "agent": agent()}, status=200, has="https://x.org/?a=x|y")),
    Scenario(
        "a bare date is the midnight that begins it",
        POST("/statements", statement("{a}", timestamp="2023-08-03"), status=200),
        GET("/statements?statementId={a}", status=200, json={"timestamp": "2023-08-03"}),
        GET("/statements?statementId={a}", version="2.0.0", status=200, json={"timestamp": "2023-08-03T00:00:00.000000Z"}),
        POST("/statements", statement("{a}", timestamp="2023-08-03T00:00:00Z"), status=200),
        POST("/statements", statement("{b}", timestamp="2023-08-03T06:32:00-00:00"), status=200),
        versions=("1.0.3",)),
    Scenario(
        "parts that are no such thing at all are kept as they came, in every format",
        POST("/statements", statement("{a}", result="good", context=5, attachments=None, authority=[]), status=200),
        *[GET("/statements?statementId={a}&format=" + form, status=200, json={"result": "good", "context": 5})
          for form in ("exact", "ids", "canonical")],
        GET("/statements", query={"agent": agent(), "format": "canonical"}, status=200, ids=["{a}"])),
    Scenario(
        "who reads only the own statements is told of the own faults only",
        POST("/statements", statement(result={"score": {"scaled": 2}}), status=200),
        POST("/statements", statement(context={"language": "zh_HANS"}), status=200, user="bob"),
        GET("/extensions/tolerated", status=200, user="bob", check=only_of("bob")),
        GET("/extensions/tolerated", status=200, has='"user":"bob"')),
    Scenario(
        "who sends what that is refused is told, each its own",
        POST("/statements?partialSuccess=false", [statement(), statement(verb={"display": {"en": "x"}})], status=400, user="bob"),
        GET("/extensions/refused", status=200, user="bob", check=of_bob_at("/verb")),
        POST("/statements?partialSuccess=false", statement(actor={"name": "x"}), status=400),
        GET("/extensions/refused", status=200, has='"user":"janedoe"'),
        GET("/extensions/refused?a=b", status=400)),
    refused("an actor without identifier is refused", actor={"objectType": "Agent", "name": "x"}),
    refused("a verb without id is refused", verb={"display": {"en": "x"}}),
    refused("an object without id is refused", object={"objectType": "Activity"}),
    refused("an actor with two identifiers is refused", actor={**agent(), "openid": "https://x.org/a"}),
    refused("a timestamp that names no instant is refused", timestamp="yesterday"),
    Scenario(
        "where partial success is the default, the answer of who did not ask for it is a list of what was stored",
        POST("/statements", [statement("{a}"), {"actor": agent()}, statement("{b}")], status=200, json=["{a}", "{b}"]),
        POST("/statements?partialSuccess=true", [statement("{c}"), {}], status=200,
             json={"inserted": 1, "rejected": 1, "ids": ["{c}"]}),
        POST("/statements", [{}], status=400, json={"rejected": 1})),
]
