"""The statement resource (Communication 2.1): writing, reading, filters, pages, voiding, references."""

import json

from scenario import DELETE, GET, HEAD, POST, PUT, Scenario, Failure
from statements import activity, agent, reference, statement, verb, voiding

A = {"agent": {"mbox": "mailto:{agent}@example.org"}}
BOTH = ("1.0.3", "2.0.0")


def one_stored(answer, names):
    s = answer.json
    for member in ("stored", "timestamp", "authority", "version"):
        if member not in s:
            raise Failure(f"{member} is missing")
    if s["stored"] != s["timestamp"]:
        raise Failure("timestamp is not stored")


def remember_more(answer, names):
    more = answer.json["more"]
    if not more.startswith("/xAPI/statements?"):
        raise Failure(f"more is {more!r}")
    names["more"] = more


def remember_walk(answer, names):
    remember_more(answer, names)
    names["reached"] = answer.headers["x-experience-api-consistent-through"]


def is_of_walk(answer, names):
    if answer.headers["x-experience-api-consistent-through"] != names["reached"]:
        raise Failure(f"{answer.headers} do not say {names['reached']}")


def is_beyond_walk(answer, names):
    if answer.json["stored"] <= names["reached"]:
        raise Failure(f"{answer.json['stored']} had been reached by {names['reached']}")


def last_page(answer, names):
    if answer.json["more"] != "":
        raise Failure(f"more is {answer.json['more']!r}")


def tells_all(answer, names):
    if answer.json["path"] != "/actor/mbox":
        raise Failure(f"{answer.json}")
    for path in ("/verb/id: ", "/timestamp: "):
        if "; " + path not in answer.json["detail"]:
            raise Failure(f"{path} is not in {answer.json['detail']!r}")


SCENARIOS = [
    Scenario(
        "who sends JSON lines is told to send an array",
        POST("/statements", '{"a": 1}\n{"b": 2}\n', status=400,
             json={"detail": lambda detail: "JSON lines are sent as an array" in detail})),
    Scenario(
        "a refused statement is told all that is wrong with it",
        POST("/statements", {"actor": {"mbox": "x"}, "verb": {"id": "y"}, "object": activity(), "timestamp": "z"},
             status=400, check=tells_all)),
    Scenario(
        "a statement that was PUT comes back with what the LRS adds",
        PUT("/statements?statementId={id}", statement(), status=204, absent=["content-type"]),
        GET("/statements?statementId={id}", status=200, check=one_stored,
            json={"id": "{id}", "actor": agent(), "object": activity(),
                  "authority": {"mbox": "mailto:janedoe@example.org"}},
            header={"Last-Modified": " GMT$", "X-Experience-API-Consistent-Through": "Z$",
                    "Content-Type": "application/json"}),
        HEAD("/statements?statementId={id}", status=200, body_is="",
             header={"Content-Length": "[1-9]", "Last-Modified": "GMT"})),
    Scenario(
        "a POST answers the ids in the order of the request, made ones included",
        POST("/statements", [statement("{a}"), statement("{b}")], status=200, json=["{a}", "{b}"]),
        POST("/statements", statement(), status=200, check=lambda a, n: n.update(made=a.json[0])),
        GET("/statements?statementId={made}", status=200, json={"id": "{made}"})),
    Scenario(
        "an empty batch is answered with no ids",
        POST("/statements", [], status=200, json=[])),
    Scenario(
        "a final slash makes no difference",
        POST("/statements/", [statement("{a}")], status=200, json=["{a}"]),
        GET("/statements/?statementId={a}", status=200, json={"id": "{a}"})),
    Scenario(
        "numbers come back to the digit",
        POST("/statements",
             '[{"id":"{a}","actor":{"mbox":"mailto:a@b.org"},"verb":{"id":"http://a.org/v"},'
             '"object":{"id":"http://a.org/o"},"result":{"score":{"raw":1.10},"extensions":'
             '{"http://a.org/x":[123456789012345678901234567890,1e400,-0.0,1.50E+2]}}}]',
             headers={"Content-Type": "application/json"}, status=200),
        GET("/statements?statementId={a}", status=200,
            has='[123456789012345678901234567890,1e400,-0.0,1.50E+2]'),
        GET("/statements?statementId={a}", status=200, has='{"raw":1.10}')),
    Scenario(
        "an equal statement sent again is success and changes nothing",
        PUT("/statements?statementId={a}", statement(result={"success": True}), status=204),
        GET("/statements?statementId={a}", status=200, check=lambda a, n: n.update(first=a.body.decode())),
        PUT("/statements?statementId={a}", statement(result={"success": True}), status=204),
        POST("/statements", [statement("{a}", result={"success": True})], status=200, json=["{a}"]),
        GET("/statements?statementId={a}", status=200,
            check=lambda a, n: None if a.body.decode() == n["first"] else (_ for _ in ()).throw(Failure("changed")))),
    Scenario(
        "another statement under a known id is a conflict, and its batch is not stored",
        PUT("/statements?statementId={a}", statement(), status=204),
        PUT("/statements?statementId={a}", statement(verb=verb("passed")), status=409,
            json={"detail": "A different statement already exists with the same ID"}),
        POST("/statements", [statement("{b}"), statement("{a}", verb=verb("passed"))], status=409,
             json={"detail": "Differing statements already exist with the same ID: {a}"}),
        GET("/statements?statementId={b}", status=404),
        GET("/statements?statementId={a}", status=200, json={"verb": verb()})),
    Scenario(
        "an id twice in a batch refuses the batch",
        POST("/statements", [statement("{a}"), statement("{a}")], status=400,
             json={"detail": "Duplicate statement IDs in the list of statements", "path": "/1/id"}),
        GET("/statements?statementId={a}", status=404)),
    Scenario(
        "one bad statement refuses the batch, with the place and the rule",
        POST("/statements", [statement("{a}"), statement("{b}", result={"score": {"scaled": 2}})], status=400,
             json={"path": "/1/result/score/scaled", "rule": lambda r: r.startswith("Data")}),
        GET("/statements?statementId={a}", status=404)),
    Scenario(
        "PUT wants a statementId, and the body's id to be the same",
        PUT("/statements", statement("{a}"), status=400),
        PUT("/statements?statementId=nonsense", statement(), status=400),
        PUT("/statements?statementId={a}", statement("{b}"), status=400,
            json={"detail": "xAPI statement id does not match given statementId"}),
        PUT("/statements?statementId={a}", [statement()], status=400)),
    Scenario(
        "bad JSON is refused with a clear text, never a crash",
        *[POST("/statements", body, headers={"Content-Type": "application/json"}, status=400,
               json={"detail": lambda d: len(d) > 10})
          for body in ("", "{", "[", "nul", '{"a":1,"a":2}', b'{"a":"\xff"}', "[" * 5000, '"text"', "17",
                       '[{"actor":{"mbox":"mailto:a@b.org","mbox":"mailto:c@b.org"}}]')]),
    Scenario(
        "parameters that are unknown, in other letter case or given twice are refused",
        *[GET("/statements?" + q, status=400) for q in
          ("StatementId={a}", "foo=bar", "Since=2020-01-01T00:00:00Z", "limit=1&limit=2", "limit=-1", "limit=x",
           "format=nice", "ascending=maybe", "verb=nothing", "activity=nothing", "registration=nothing",
           "since=yesterday", "agent=nobody", "agent={}", "statementId=nothing", "pit_id=x", "cursor=x",
           "statementId={a}&voidedStatementId={b}", "statementId={a}&limit=1", "voidedStatementId={a}&verb=http://a.org")],
        POST("/statements?foo=bar", [statement()], status=400,
             json={"detail": "The following parameter is not allowed: `foo`"}),
        PUT("/statements?statementId={a}&foo=bar", statement(), status=400)),
    Scenario(
        "unknown statements are 404, of either kind",
        GET("/statements?statementId={a}", status=404, header={"X-Experience-API-Consistent-Through": "Z$"}),
        GET("/statements?voidedStatementId={a}", status=404),
        HEAD("/statements?statementId={a}", status=404)),
    Scenario(
        "each filter finds its statement and no other",
        POST("/statements", [
            statement("{a}", verb=verb("{verb}"), context={"registration": "{reg}"}),
            statement("{b}", actor=agent("{other}"), object=activity("{thing}"))], status=200),
        GET("/statements", query={"agent": agent()}, status=200, ids=["{a}"]),
        GET("/statements", query={"agent": {"mbox": "mailto:{agent}@EXAMPLE.org"}}, status=200, ids=["{a}"]),
        GET("/statements", query={"verb": "http://adlnet.gov/expapi/verbs/{verb}"}, status=200, ids=["{a}"]),
        GET("/statements", query={"activity": "https://example.org/{activity}"}, status=200, ids=["{a}"]),
        GET("/statements", query={"registration": "{reg}"}, status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent("{other}"), "activity": "https://example.org/{thing}"}, status=200,
            ids=["{b}"]),
        GET("/statements", query={"agent": agent(), "activity": "https://example.org/{thing}"}, status=200, ids=[]),
        GET("/statements", query={"agent": agent("{nobody}")}, status=200, ids=[], check=last_page)),
    Scenario(
        "an agent is found as object and as member of a group",
        POST("/statements", [
            statement("{a}", actor={"objectType": "Group", "member": [agent("{m}")]}),
            statement("{b}", object=agent("{m}")),
            statement("{c}", actor={"objectType": "Group", "account": {"homePage": "http://a.org", "name": "{g}"},
                                    "member": [agent("{m}")]})], status=200),
        GET("/statements", query={"agent": agent("{m}"), "ascending": "true"}, status=200, ids=["{a}", "{b}", "{c}"]),
        GET("/statements", query={"agent": {"objectType": "Group", "account": {"homePage": "http://a.org", "name": "{g}"}}},
            status=200, ids=["{c}"])),
    Scenario(
        "related_agents looks at authority, instructor, team and SubStatements",
        POST("/statements", [
            statement("{a}", context={"instructor": agent("{x}")}),
            statement("{b}", context={"team": {"objectType": "Group", "member": [agent("{x}")]}}),
            statement("{c}", object={"objectType": "SubStatement", "actor": agent("{x}"), "verb": verb(),
                                     "object": activity()}),
            statement("{d}", actor=agent("{x}"))], status=200),
        GET("/statements", query={"agent": agent("{x}")}, status=200, ids=["{d}"]),
        GET("/statements", query={"agent": agent("{x}"), "related_agents": "false"}, status=200, ids=["{d}"]),
        GET("/statements", query={"agent": agent("{x}"), "related_agents": "true", "ascending": "true"}, status=200,
            ids=["{a}", "{b}", "{c}", "{d}"]),
        GET("/statements", query={"agent": {"mbox": "mailto:janedoe@example.org"}, "related_agents": "true",
                                  "activity": "https://example.org/{activity}", "ascending": "true"},
            status=200, ids=["{a}", "{b}", "{d}"])),
    Scenario(
        "related_activities looks at context activities and SubStatements",
        POST("/statements", [
            statement("{a}", context={"contextActivities": {"parent": activity("{x}")}}),
            statement("{b}", context={"contextActivities": {"category": [activity("{y}"), activity("{x}")]}}),
            statement("{c}", object={"objectType": "SubStatement", "actor": agent(), "verb": verb(),
                                     "object": activity("{x}")}),
            statement("{d}", object=activity("{x}"))], status=200),
        GET("/statements", query={"activity": "https://example.org/{x}"}, status=200, ids=["{d}"]),
        GET("/statements", query={"activity": "https://example.org/{x}", "related_activities": "true"}, status=200,
            ids=["{d}", "{c}", "{b}", "{a}"]),
        GET("/statements?statementId={a}", status=200,
            json={"context": {"contextActivities": {"parent": [activity("{x}")]}}})),
    Scenario(
        "since excludes its instant, until includes it",
        POST("/statements", [statement("{a}")], status=200),
        GET("/statements?statementId={a}", status=200, check=lambda a, n: n.update(t1=a.json["stored"])),
        POST("/statements", [statement("{b}")], status=200),
        GET("/statements", query={"agent": agent(), "since": "{t1}"}, status=200, ids=["{b}"]),
        GET("/statements", query={"agent": agent(), "until": "{t1}"}, status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent(), "since": "2100-01-01T00:00:00Z"}, status=200, ids=[])),
    Scenario(
        "pages follow each other by their more links, in both orders",
        POST("/statements", [statement("{a}"), statement("{b}"), statement("{c}")], status=200),
        GET("/statements", query={"agent": agent(), "limit": "2"}, status=200, ids=["{c}", "{b}"], check=remember_more),
        POST("/statements", [statement("{d}")], status=200),
        GET("{more}", status=200, ids=["{a}"], check=last_page),
        GET("/statements", query={"agent": agent(), "limit": "2", "ascending": "true"}, status=200, ids=["{a}", "{b}"],
            check=remember_more),
        GET("{more}", status=200, ids=["{c}", "{d}"], check=last_page),
        GET("/statements", query={"agent": agent(), "limit": "0"}, status=200, ids=["{d}", "{c}", "{b}", "{a}"])),
    Scenario(
        "every page of a walk says how far the walk sees, however much has been written meanwhile",
        POST("/statements", [statement("{a}"), statement("{b}"), statement("{c}")], status=200),
        GET("/statements", query={"agent": agent(), "limit": "2"}, status=200, check=remember_walk),
        POST("/statements", [statement("{d}")], status=200),
        GET("/statements?statementId={d}", status=200, check=is_beyond_walk),
        GET("{more}", status=200, check=is_of_walk)),
    Scenario(
        "a voided statement is found by voidedStatementId alone; its voider is listed",
        POST("/statements", [statement("{a}")], status=200),
        POST("/statements", [voiding("{a}", id="{v}")], status=200),
        GET("/statements?statementId={a}", status=404),
        GET("/statements?voidedStatementId={a}", status=200, json={"id": "{a}"}),
        GET("/statements?voidedStatementId={v}", status=404),
        GET("/statements?statementId={v}", status=200),
        GET("/statements", query={"agent": agent()}, status=200, ids=["{v}"]),
        PUT("/statements?statementId={a}", statement(), status=204),
        GET("/statements?statementId={a}", status=404)),
    Scenario(
        "a statement that arrives after its voider is void",
        POST("/statements", [voiding("{a}", id="{v}")], status=200),
        POST("/statements", [statement("{a}")], status=200),
        GET("/statements?statementId={a}", status=404),
        GET("/statements?voidedStatementId={a}", status=200)),
    Scenario(
        "a voiding statement cannot be voided",
        POST("/statements", [statement("{a}"), voiding("{a}", id="{v}")], status=200),
        POST("/statements", [voiding("{v}", id="{w}")], status=200),
        GET("/statements?statementId={v}", status=200),
        GET("/statements?statementId={a}", status=404),
        POST("/statements", [statement("{z}", verb={"id": "http://adlnet.gov/expapi/verbs/voided"})], status=400)),
    Scenario(
        "a referring statement is found by what its target says, however late that comes",
        POST("/statements", [statement("{r2}", actor=agent("{x}"), object=reference("{r1}"))], status=200),
        POST("/statements", [statement("{r1}", actor=agent("{y}"), object=reference("{t}"))], status=200),
        POST("/statements", [statement("{t}", verb=verb("{verb}"))], status=200),
        GET("/statements", query={"agent": agent(), "ascending": "true"}, status=200, ids=["{r2}", "{r1}", "{t}"]),
        GET("/statements", query={"agent": agent(), "verb": "http://adlnet.gov/expapi/verbs/{verb}",
                                  "ascending": "true"}, status=200, ids=["{r2}", "{r1}", "{t}"]),
        GET("/statements", query={"agent": agent("{x}"), "verb": "http://adlnet.gov/expapi/verbs/{verb}"}, status=200,
            ids=[]),
        GET("/statements", query={"agent": agent("{y}"), "ascending": "true"}, status=200, ids=["{r2}", "{r1}"])),
    Scenario(
        "references that go round in a circle end",
        POST("/statements", [statement("{a}", actor=agent("{x}"), object=reference("{b}"))], status=200),
        POST("/statements", [statement("{b}", actor=agent("{y}"), object=reference("{a}"))], status=200),
        GET("/statements", query={"agent": agent("{x}"), "ascending": "true"}, status=200, ids=["{a}", "{b}"]),
        GET("/statements", query={"agent": agent("{nobody}"), "verb": verb()["id"]}, status=200, ids=[])),
    Scenario(
        "a reference to a void statement still matches through it",
        POST("/statements", [statement("{t}", verb=verb("{verb}")), statement("{r}", object=reference("{t}"))], status=200),
        POST("/statements", [voiding("{t}", id="{v}")], status=200),
        GET("/statements", query={"verb": "http://adlnet.gov/expapi/verbs/{verb}", "ascending": "true"}, status=200,
            ids=["{r}", "{v}"])),
    Scenario(
        "format=ids leaves what identifies",
        POST("/statements", [statement("{a}", actor={**agent(), "name": "Ann"},
                                       verb={**verb(), "display": {"en": "x"}},
                                       object=activity(definition={"name": {"en": "y"}}))], status=200),
        GET("/statements?statementId={a}&format=ids", status=200,
            check=lambda a, n: None if a.json["object"] == {"id": f"https://example.org/{n['activity']}"}
            and "name" not in a.json["actor"] and "display" not in a.json["verb"]
            else (_ for _ in ()).throw(Failure(a.body)))),
    Scenario(
        "format=canonical answers in the language asked for",
        POST("/statements", [statement("{a}", verb={**verb(), "display": {"en-US": "attended", "fr": "assista"}},
                                       object=activity(definition={"name": {"en-US": "talk", "fr-FR": "exposé"}}))],
             status=200),
        GET("/statements?statementId={a}&format=canonical", headers={"Accept-Language": "fr;q=0.9, en;q=0.5"}, status=200,
            check=lambda a, n: None if a.json["verb"]["display"] == {"fr": "assista"}
            and a.json["object"]["definition"]["name"] == {"fr-FR": "exposé"} else (_ for _ in ()).throw(Failure(a.body))),
        GET("/statements?statementId={a}&format=canonical", headers={"Accept-Language": "en-US"}, status=200,
            check=lambda a, n: None if a.json["verb"]["display"] == {"en-US": "attended"}
            else (_ for _ in ()).throw(Failure(a.body)))),
    Scenario(
        "the version header decides, and every answer carries one",
        GET("/statements", version="1.0", status=200, header={"X-Experience-API-Version": "^1.0.3$"}),
        GET("/statements", version="1.0.9", status=200, header={"X-Experience-API-Version": "^1.0.3$"}),
        GET("/statements", version="2.0", status=200, header={"X-Experience-API-Version": "^2.0.0$"}),
        *[GET("/statements", version=v, status=400, header={"X-Experience-API-Version": "^1.0.3$"})
          for v in ("0.9", "0.95", "1.1.0", "2.1.0", "3", "x", "1.0.x", " ")],
        GET("/statements?foo=1", version="2.0.0", status=400, header={"X-Experience-API-Version": "^2.0.0$"}),
        versions=("1.0.3",)),
    Scenario(
        "the version member is kept as sent, and filled by the request's version",
        POST("/statements", [statement("{a}", version="1.0.9"), statement("{b}")], status=200),
        GET("/statements?statementId={a}", status=200, json={"version": "1.0.9"}),
        GET("/statements?statementId={b}", status=200, json={"version": "1.0.0"}),
        POST("/statements", [statement("{c}")], version="2.0.0", status=200),
        GET("/statements?statementId={c}", status=200, json={"version": "2.0.0"}),
        versions=("1.0.3",)),
    Scenario(
        "contextAgents belong to 2.0 alone, where related_agents finds them",
        POST("/statements", [statement("{a}", context={"contextAgents": [
            {"objectType": "contextAgent", "agent": agent("{x}"), "relevantTypes": ["http://a.org/t"]}],
            "contextGroups": [{"objectType": "contextGroup",
                               "group": {"objectType": "Group", "member": [agent("{y}")]}}]})], status=200),
        GET("/statements", query={"agent": agent("{x}"), "related_agents": "true"}, status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent("{y}"), "related_agents": "true"}, status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent("{x}")}, status=200, ids=[]),
        versions=("2.0.0",)),
    Scenario(
        "contextAgents and contextGroups are unknown to 1.0.3",
        POST("/statements", [statement(context={"contextAgents": []})], status=400),
        POST("/statements", [statement(context={"contextGroups": []})], status=400),
        versions=("1.0.3",)),
    Scenario(
        "2.0 converts timestamps to UTC",
        POST("/statements", [statement("{a}", timestamp="2020-01-01T12:00:00.123+02:00")], status=200),
        GET("/statements?statementId={a}", status=200, json={"timestamp": lambda t: t.startswith("2020-01-01T10:00:00.123")}),
        versions=("2.0.0",)),
    Scenario(
        "1.0 requests may come in the alternate syntax, 2.0 ones may not",
        POST("/statements?method=PUT", "statementId={a}&content=" + json.dumps(
            {"actor": {"mbox": "mailto:a@b.org"}, "verb": {"id": "http://a.org/v"}, "object": {"id": "http://a.org/o"}})
            .replace("{", "%7B").replace("}", "%7D"),
             headers={"Content-Type": "application/x-www-form-urlencoded"}, status=204),
        POST("/statements?method=GET", "statementId={a}",
             headers={"Content-Type": "application/x-www-form-urlencoded"}, status=200, json={"id": "{a}"}),
        POST("/statements?method=GET&statementId={a}", "", headers={"Content-Type": "application/x-www-form-urlencoded"},
             status=400),
        POST("/statements?method=PUT", "statementId={b}", headers={"Content-Type": "application/x-www-form-urlencoded"},
             status=400),
        POST("/statements?method=PUT", "statementId={b}&content=x", headers={"Content-Type": "text/plain"}, status=400),
        POST("/statements?method=GET", "statementId={a}", headers={"Content-Type": "text/plain;charset=UTF-8"},
             status=200, json={"id": "{a}"}),
        POST("/statements?method=GET", "statementId={a}", headers={"Content-Type": ""}, status=200, json={"id": "{a}"}),
        POST("/statements?method=HEAD", "statementId={a}", status=200, body_is=b"", header={"Content-Length": "^0$"}),
        POST("/statements?method=GET", "a=b&" * 33, status=400, has="more than 32"),
        POST("/statements?method=GET", "statementId={a}&X-Experience-API-Version=9.9",
             headers={"Content-Type": "application/x-www-form-urlencoded"}, status=400),
        PUT("/statements?method=PUT&statementId={b}", statement(), status=400),
        POST("/statements?method=GET", "statementId={a}", version="2.0.0",
             headers={"Content-Type": "application/x-www-form-urlencoded"}, status=400),
        versions=("1.0.3",)),
    Scenario(
        "a form that brings its credentials along is taken, up to a bound",
        POST("/statements?method=GET", "limit=1&Authorization=Basic%20amFuZWRvZTpzdXBlcnNlY3JldA==", user=None, status=200),
        POST("/statements?method=GET", "limit=1&Authorization=Basic%20amFuZWRvZTp3cm9uZw==", user=None, status=401),
        POST("/statements?method=GET", "limit=1&Authorization=Basic%20amFuZWRvZTp3cm9uZw==", status=401),
        POST("/statements?method=GET", "limit=1&a=" + "x" * (1 << 20), user=None, status=413, has="without an Authorization"),
        POST("/statements?method=GET", "limit=1&a=" + "x" * (1 << 20), status=400),
        POST("/statements?method=GET", "limit=1", password="wrong", status=401),
        versions=("1.0.3",)),
    Scenario(
        "who is not known gets 401 before anything of the body is taken, and the connection's next request its answer",
        POST("/statements", "x" * 1000, user=None, status=401, header={"X-Experience-API-Version": "^1.0.3$"}),
        POST("/statements", "x" * 1000, password="wrong", status=401, header={"X-Request-ID": "."}),
        POST("/nowhere", "x" * 1000, user=None, status=404, header={"X-Request-ID": "."}),
        DELETE("/statements", status=405),
        versions=("1.0.3",)),
    Scenario(
        "credentials are checked",
        GET("/statements", user=None, status=401, header={"WWW-Authenticate": "Basic"}),
        GET("/statements", password="wrong", status=401, json={"detail": "Invalid authentication credentials"}),
        GET("/statements", user="nobody", status=401),
        GET("/statements", user=None, headers={"Authorization": "Basic %%%"}, status=401),
        GET("/statements", user=None, headers={"Authorization": "Basic Og=="}, status=401),
        GET("/statements", user=None, headers={"Authorization": "Bearer x"}, status=401)),
    Scenario(
        "there are no other ways in",
        DELETE("/statements", status=405, header={"Allow": "GET, HEAD"}),
        GET("/nowhere", status=404),
        GET("/xAPI/nowhere", status=404),
        POST("/about", status=405)),
    Scenario(
        "content types other than JSON and multipart are refused",
        POST("/statements", b"x=y", headers={"Content-Type": "multipart/form-data; boundary=x"}, status=400),
        POST("/statements", b"[]", headers={"Content-Type": "text/plain"}, status=400),
        POST("/statements", b"[]", headers={"Content-Type": "multipart/mixed"}, status=400),
        POST("/statements", b"[]", headers={"Content-Type": "application/json; charset=utf-8"}, status=200)),
    Scenario(
        "both names of partialSuccess are checked, and the first counts",
        POST("/statements?partialSuccess=true&ignoreInvalid=AAA", [statement()], status=400, has="ignoreInvalid"),
        POST("/statements?ignoreInvalid=false&partialSuccess=AAA", [statement()], status=400, has="partialSuccess"),
        POST("/statements?partialSuccess=true&ignoreInvalid=false", [statement(), {}], status=200, json={"rejected": 1})),
    Scenario(
        "partial success stores what is good and names the rest",
        POST("/statements", [statement("{x}")], status=200),
        POST("/statements?partialSuccess=true",
             [statement("{a}"), {"actor": 1}, statement("{x}", verb=verb("other")), statement("{a}")], status=200,
             json={"inserted": 1, "rejected": 3, "ids": ["{a}"],
                   "errors": [{"index": 1, "path": lambda p: p.startswith("/1")}, {"index": 2}, {"index": 3}]}),
        GET("/statements?statementId={a}", status=200),
        POST("/statements?ignoreInvalid=true", [{}], status=400, json={"inserted": 0, "rejected": 1}),
        POST("/statements?partialSuccess=true", "[", headers={"Content-Type": "application/json"}, status=400)),
    Scenario(
        "mine lists what these credentials stored",
        POST("/statements", [statement("{a}")], status=200),
        GET("/statements", query={"agent": agent(), "mine": "true"}, status=200, ids=["{a}"])),
    Scenario(
        "2.0.0 gives every instant in UTC as RFC 3339 writes it, the SubStatement's too, and knows it again",
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40"),
                             statement("{b}", timestamp="2026-11-30T05:35:40,5+02"),
                             statement("{c}", timestamp="2026-11-30T05:35:40+00:00", object={
                                 "objectType": "SubStatement", "actor": agent(), "verb": verb(), "object": activity(),
                                 "timestamp": "2026-11-30T05:35:40,123456789Z"})], status=200),
        GET("/statements?statementId={a}", status=200, json={"timestamp": "2026-11-30T05:35:40Z"}),
        GET("/statements?statementId={b}", status=200, json={"timestamp": "2026-11-30T03:35:40.500000Z"}),
        GET("/statements?statementId={c}", status=200,
            json={"timestamp": "2026-11-30T05:35:40+00:00", "object": {"timestamp": "2026-11-30T05:35:40.123456789Z"}}),
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40"),
                             statement("{b}", timestamp="2026-11-30T05:35:40,5+02")], status=200),
        versions=("2.0.0",)),
    Scenario(
        "canonical: the longest range of Accept-Language that fits a tag says how much it is wanted",
        POST("/statements", [statement("{a}", verb={**verb(), "display": {"en-US": "a", "en-GB": "b", "fr": "c"}})],
             status=200),
        GET("/statements?statementId={a}&format=canonical", headers={"Accept-Language": "en-US;q=0.2, en;q=0.7, *;q=0.1"},
            status=200, json={"verb": {"display": lambda d: d == {"en-GB": "b"}}}),
        GET("/statements?statementId={a}&format=canonical", headers={"Accept-Language": "en;q=0.2, *;q=0.7"},
            status=200, json={"verb": {"display": lambda d: d == {"fr": "c"}}})),
    Scenario(
        "scores are compared by all their digits, and an mbox is an IRI",
        POST("/statements", b'{"actor":{"mbox":"mailto:root@localhost"},"verb":{"id":"http://a.org/v"},"object":'
             b'{"id":"http://a.org/x"},"result":{"score":{"min":9007199254740992,"max":9007199254740993}}}', status=200),
        POST("/statements", b'{"actor":{"mbox":"mailto:root@localhost"},"verb":{"id":"http://a.org/v"},"object":'
             b'{"id":"http://a.org/x"},"result":{"score":{"scaled":1.00000000000000000001}}}', status=400,
             json={"path": "/result/score/scaled"}),
        POST("/statements", [statement(actor={"mbox": "mailto:user%@example.com"})], status=400,
             json={"path": "/0/actor/mbox"})),
    Scenario(
        "a partial submission counts every refusal and describes the first thousand",
        POST("/statements?partialSuccess=true", b"[" + b"1," * 79_999 + b"1]", status=400,
             json={"inserted": 0, "rejected": 80_000, "errors": lambda e: len(e) == 1000 and e[999]["path"] == "/999"})),
]
