"""Writing in Ralph's dialect: bodies, what is added, outcomes, partial success."""

import json
import re

from scenario import GET, POST, PUT, Scenario, Failure, fill
from statements import activity, agent, reference, statement, verb

N = dict(version=None)
JSON = {"Content-Type": "application/json"}


def sentence(name, *steps):
    return Scenario(name, *steps, versions=("1.0.3",))


def taken(body, **kw):
    return POST("/statements", body, status=200, **N, **kw)


def refused(body, path, **kw):
    return POST("/statements", body, status=400, json={"detail": lambda d: len(d) > 10, "path": path}, **N, **kw)


def one(check):
    """Looks at the only statement of the answer."""
    def look(answer, names):
        statement, = answer.json["statements"]
        if not check(statement, names):
            raise Failure(json.dumps(statement))
    return look


def raw(text, content_type, **kw):
    return POST("/statements", text, headers={"Content-Type": content_type}, **N, **kw)


TEXT = '{"actor":{"mbox":"mailto:a@b.org"},"verb":{"id":"http://a.org/v"},"object":{"id":"http://a.org/o"}}'
def shouted(names):
    """The id {a} in upper case, which is {A}."""
    names["A"] = fill("{a}", names).upper()
    return names["A"]


MICROSECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"
GROUP = {"objectType": "Group"}

SCENARIOS = [
    sentence(
        "a body is JSON by application/json, by any +json, or without a type",
        raw(TEXT, "application/json", status=200), raw(TEXT, "application/vnd.x+json; charset=utf-8", status=200),
        raw(TEXT, None, status=200),
        raw(TEXT, "text/plain", status=400, json={"detail": lambda d: "text/plain" in d}),
        raw("", "application/json", status=400), raw("null", "application/json", status=400),
        raw('[{"a":NaN}]', "application/json", status=400)),
    sentence(
        "an empty query behind the path is none",
        POST("/statements?", [statement("{a}")], status=200, json=["{a}"], **N)),
    sentence(
        "PUT takes one statement and no list",
        PUT("/statements?statementId={a}", [statement("{a}")], status=400, **N),
        PUT("/statements?statementId={a}", statement("{a}"), status=204, body_is=b"", **N)),
    sentence(
        "verb and object need an IRI as id",
        refused(statement(verb={"id": 1}), "/verb/id"), refused(statement(verb={"id": "x"}), "/verb/id"),
        refused(statement(verb={}), "/verb"), refused(statement(object={"id": ""}), "/object/id"),
        POST("/statements", {"verb": verb(), "object": activity()}, status=400, **N),
        POST("/statements", {"actor": agent(), "verb": verb()}, status=400, **N)),
    sentence(
        "the object may be an agent, a group, a reference or a SubStatement",
        taken(statement(object=agent("{x}"))), taken(statement(object={**GROUP, "member": [agent("{x}")]})),
        taken(statement(object=reference("{t}"))),
        taken(statement(object={"objectType": "SubStatement", "actor": agent(), "verb": verb(), "object": activity()}))),
    sentence(
        "an id may be in upper case and is found in lower case; other spellings are refused",
        POST("/statements", lambda n: fill({**statement(), "id": shouted(n)}, n), status=200, json=["{a}"], **N),
        GET("/statements?statementId={a}", status=200, ids=["{A}"], **N),
        POST("/statements", statement("{a}"), status=204, **N),
        refused(statement("urn:uuid:{b}"), "/id"), refused(statement(id="x"), "/id"),
        refused({**statement(), "id": None}, "/id")),
    sentence(
        "what the standard does not know or allow is refused with its place",
        refused(statement(foo=1), "/foo"), refused(statement(version="9"), "/version"),
        refused(statement(timestamp="x"), "/timestamp"), refused(statement(result={"score": {"scaled": 5}}), "/result/score/scaled"),
        refused(statement(context={"registration": "x"}), "/context/registration")),
    sentence(
        "an actor has exactly one identifier and no other members",
        refused(statement(actor={"mbox": "mailto:a@b.org", "openid": "http://a.org"}), "/actor"),
        refused(statement(actor={"name": "x"}), "/actor"), refused(statement(actor={"mbox": "mailto:a@b.org", "x": 1}), "/actor/x"),
        refused(statement(actor={"mbox": "mailto:a@b.org", "name": None}), "/actor/name"),
        taken(statement(actor={"mbox": "mailto:a@b.org", "name": "A"}))),
    sentence(
        "a mail address may be of a test domain, and is stored as it was sent",
        taken(statement("{a}", actor={"mbox": "mailto:a@{m}.test"})),
        taken(statement("{b}", actor={"mbox": "mailto:{m}@EXAMPLE.org"})),
        GET("/statements?statementId={b}", status=200, has='"mailto:{m}@EXAMPLE.org"', **N),
        GET("/statements", query={"agent": {"mbox": "mailto:{m}@example.org"}}, status=200, ids=["{b}"], **N),
        taken(statement(actor={"mbox": "mailto:a@localhost"})),
        refused(statement(actor={"mbox": "mailto:a%@example.org"}), "/actor/mbox"),
        refused(statement(actor={"mbox": "mailto:A <a@example.org>"}), "/actor/mbox")),
    sentence(
        "an empty name is a name, and extensions hold any JSON",
        taken(statement(actor={"mbox": "mailto:a@b.org", "name": ""})),
        *[taken(statement(result={"extensions": {"http://a.org/x": value}})) for value in (None, "", [], {}, 0, False, {"a": None})],
        refused(statement(verb={"id": ""}), "/verb/id")),
    sentence(
        "the other identifiers are checked as the standard has them",
        taken(statement(actor={"mbox_sha1sum": "A" * 40})), refused(statement(actor={"mbox_sha1sum": "z" * 40}), "/actor/mbox_sha1sum"),
        taken(statement(actor={"openid": "https://a.org/me"})), refused(statement(actor={"openid": "x"}), "/actor/openid"),
        taken(statement(actor={"account": {"homePage": "http://a.org", "name": "x"}})),
        refused(statement(actor={"account": {"homePage": "http://a.org", "name": 1}}), "/actor/account/name"),
        refused(statement(actor={"account": {"homePage": "x", "name": "x"}}), "/actor/account/homePage")),
    sentence(
        "a group without identifier has members, one with an identifier may have them",
        taken(statement(actor={**GROUP, "member": [agent("{m}")]})), taken(statement(actor={**GROUP, "mbox": "mailto:g@a.org"})),
        refused(statement(actor=GROUP), "/actor"), refused(statement(actor={**GROUP, "member": []}), "/actor/member")),
    sentence(
        "stored is set to now with microseconds, timestamp is kept or a copy of it",
        taken([statement("{a}", stored="2001-01-01T00:00:00Z"), statement("{b}", timestamp="2020-01-01T02:00:00+02:00")]),
        GET("/statements?statementId={a}", status=200, check=one(
            lambda s, n: re.fullmatch(MICROSECONDS, s["stored"]) and s["stored"] > "2026" and s["timestamp"] == s["stored"]), **N),
        GET("/statements?statementId={b}", status=200, check=one(
            lambda s, n: s["timestamp"] == "2020-01-01T02:00:00+02:00"), **N)),
    sentence(
        "the authority is the caller's agent, whatever the client sends",
        taken([statement("{a}", authority=agent("someone"))]),
        GET("/statements?statementId={a}", status=200, check=one(
            lambda s, n: s["authority"] == {"mbox": "mailto:janedoe@example.org", "objectType": "Agent"}), **N)),
    sentence(
        "a missing version is added, one that is sent is kept",
        taken([statement("{a}"), statement("{b}", version="1.0.1")]),
        GET("/statements?statementId={a}", status=200, check=one(lambda s, n: s["version"] == "1.0.0"), **N),
        GET("/statements?statementId={b}", status=200, check=one(lambda s, n: s["version"] == "1.0.1"), **N)),
    sentence(
        "POST of new statements answers their ids in order, made ones included",
        POST("/statements", [statement("{a}"), statement("{b}")], status=200, json=["{a}", "{b}"], **N),
        POST("/statements", statement(), status=200, check=lambda a, n: n.update(made=a.json[0]), **N),
        GET("/statements?statementId={made}", status=200, ids=["{made}"], **N)),
    sentence(
        "an empty list is 200 and an empty list, as up to Ralph 5.0",
        POST("/statements", [], status=200, body_is=b"[]", **N)),
    sentence(
        "of a batch that is partly known the new ids are answered, of one wholly known 204",
        taken([statement("{a}")]),
        POST("/statements", [statement("{a}"), statement("{b}")], status=200, json=["{b}"], **N),
        POST("/statements", [statement("{b}"), statement("{a}")], status=204, body_is=b"", **N)),
    sentence(
        "a statement without timestamp may be sent again",
        PUT("/statements?statementId={a}", statement(), status=204, **N),
        PUT("/statements?statementId={a}", statement(), status=204, **N),
        POST("/statements", [statement("{a}", version="1.0.0")], status=204, **N)),
    sentence(
        "the same instant in another zone, another authority or version are no difference",
        taken([statement("{a}", timestamp="2020-01-01T00:00:00Z")]),
        POST("/statements", [statement("{a}", timestamp="2020-01-01T01:00:00+01:00", version="1.0.1",
                                       authority=agent("x"))], status=204, **N)),
    sentence(
        "a different statement under a known id refuses the batch with 409 and Ralph's text",
        taken([statement("{a}")]),
        POST("/statements", [statement("{b}"), statement("{a}", verb=verb("x"))], status=409,
             json={"detail": "Differing statements already exist with the same ID: {a}"}, **N),
        GET("/statements?statementId={b}", status=200, ids=[], **N),
        PUT("/statements?statementId={a}", statement(verb=verb("x")), status=409,
            json={"detail": "A different statement already exists with the same ID"}, **N)),
    sentence(
        "an id twice in a batch is 400 with Ralph's text",
        POST("/statements", [statement("{a}"), statement("{a}")], status=400,
             json={"detail": "Duplicate statement IDs in the list of statements"}, **N)),
    sentence(
        "PUT wants the id as a parameter, a UUID, and the same one in the body",
        PUT("/statements", statement("{a}"), status=400, json={"detail": "The parameter `statementId` is missing"}, **N),
        PUT("/statements?statementId=x", statement(), status=400, json={"detail": "The parameter `statementId` must be a UUID"}, **N),
        PUT("/statements?statementId={a}", statement("{b}"), status=400,
            json={"detail": "xAPI statement id does not match given statementId"}, **N)),
    sentence(
        "errors are objects with a text called detail, the place and the rule",
        POST("/statements", [statement(), statement(actor={})], status=400,
             json={"detail": lambda d: isinstance(d, str), "path": "/1/actor", "rule": lambda r: r.startswith("Data ")}, **N)),
    sentence(
        "keys that are empty or have a point are stored as they came",
        taken(statement("{a}", result={"extensions": {"http://a.org/x": {"": 1, "a.b": 2, "$c": 3}}})),
        GET("/statements?statementId={a}", status=200, has='{"": 1, "a.b": 2, "$c": 3}', **N)),
    sentence(
        "integers beyond 64 bits and any other number come back to the digit",
        raw('[{"id":"{a}",' + TEXT[1:-1] + ',"result":{"extensions":{"http://a.org/x":[123456789012345678901234567890,1.10]}}}]',
            "application/json", status=200),
        GET("/statements?statementId={a}", status=200, has="[123456789012345678901234567890,1.10]", **N)),
    sentence(
        "partialSuccess=true stores what is good and tells of the rest, with its place",
        POST("/statements?partialSuccess=true", [statement("{a}"), statement(verb={"id": "x"}), statement("{b}")], status=200,
             json={"inserted": 2, "rejected": 1, "ids": ["{a}", "{b}"],
                   "errors": [{"index": 1, "reason": lambda r: len(r) > 10, "path": "/1/verb/id"}]}, **N),
        GET("/statements", query={"agent": agent()}, status=200, ids=["{b}", "{a}"], **N)),
    sentence(
        "ignoreInvalid is another name of it, and False leaves all or nothing",
        POST("/statements?ignoreInvalid=true", [statement("{a}"), {}], status=200, json={"inserted": 1, "rejected": 1}, **N),
        POST("/statements?ignoreInvalid=True", [statement(), {}], status=200, json={"inserted": 1, "rejected": 1}, **N),
        POST("/statements?partialSuccess=False", [statement("{b}"), {}], status=400, json={"path": "/1"}, **N),
        GET("/statements?statementId={b}", status=200, ids=[], **N)),
    sentence(
        "with partialSuccess nothing stored is 400, or 409 when ids are taken",
        taken([statement("{a}")]),
        POST("/statements?partialSuccess=true", [{}], status=400, json={"inserted": 0, "rejected": 1, "ids": []}, **N),
        POST("/statements?partialSuccess=true", [statement("{a}", verb=verb("x"))], status=409,
             json={"inserted": 0, "rejected": 1, "errors": [
                 {"index": 0, "reason": "Differing statements already exist with the same ID: {a}"}]}, **N)),
    sentence(
        "with partialSuccess a known statement is in ids and not counted as inserted",
        taken([statement("{a}")]),
        POST("/statements?partialSuccess=true", [statement("{a}"), statement("{b}")], status=200,
             json={"inserted": 1, "rejected": 0, "ids": ["{a}", "{b}"], "errors": []}, **N)),
]
