"""Which scope lets whom do what, with RESTRICT_BY_AUTHORITY and RESTRICT_BY_SCOPES on."""

import lectern
from scenario import DELETE, GET, HEAD, POST, PUT, Scenario
from statements import agent, reference, statement, verb, voiding

SETTINGS = {"RALPH_LRS_RESTRICT_BY_AUTHORITY": "true", "RALPH_LRS_RESTRICT_BY_SCOPES": "true"}

SCOPES = ("statements/write", "statements/read/mine", "statements/read", "state/write", "state/read", "define",
          "profile/write", "profile/read", "all/read", "all")
USERS = [lectern.user(scope.replace("/", "-"), [scope]) for scope in SCOPES] + [
    lectern.user("writer", ["statements/write", "statements/read/mine", "state/read", "state/write"]),
    lectern.user("importer", ["statements/write", "statements/read", "authority/write"]),
    lectern.user("oldtimer", ["ralph_scope"]),
    lectern.user("tenant-a", ["all"], target="tenant_a"), lectern.user("tenant-b", ["all"], target="tenant_b")]

PLACE = {"activityId": "https://example.org/{activity}", "agent": agent(), "stateId": "s"}
PROFILE = {"agent": agent(), "profileId": "p"}
OCTETS = {"Content-Type": "application/octet-stream"}

# Who may: every scope that is not named gets 403.
ALLOWED = [
    ("store statements", lambda u: POST("/statements", [statement()], user=u, status=0),
     {"statements/write": 200, "all": 200}),
    ("PUT a statement", lambda u: PUT("/statements?statementId={id}", statement(), user=u, status=0),
     {"statements/write": 204, "all": 204}),
    ("list statements", lambda u: GET("/statements?limit=1", user=u, status=0),
     {"statements/read/mine": 200, "statements/read": 200, "all/read": 200, "all": 200}),
    ("HEAD statements", lambda u: HEAD("/statements?limit=1", user=u, status=0),
     {"statements/read/mine": 200, "statements/read": 200, "all/read": 200, "all": 200}),
    ("read agents", lambda u: GET("/agents", query={"agent": agent()}, user=u, status=0),
     {"statements/read/mine": 200, "statements/read": 200, "all/read": 200, "all": 200}),
    ("read activities", lambda u: GET("/activities", query={"activityId": "https://example.org/x"}, user=u, status=0),
     {"statements/read/mine": 200, "statements/read": 200, "all/read": 200, "all": 200}),
    ("write state", lambda u: POST("/activities/state", {"x": 1}, query=PLACE, user=u, status=0),
     {"state/write": 204, "all": 204}),
    ("read state", lambda u: GET("/activities/state", query={k: v for k, v in PLACE.items() if k != "stateId"}, user=u,
                                 status=0),
     {"state/read": 200, "all/read": 200, "all": 200}),
    ("delete state", lambda u: DELETE("/activities/state", query=PLACE, user=u, status=0),
     {"state/write": 204, "all": 204}),
    ("write a profile", lambda u: POST("/agents/profile", {"x": 1}, query=PROFILE, user=u, status=0),
     {"profile/write": 204, "all": 204}),
    ("read profiles", lambda u: GET("/agents/profile", query={"agent": agent()}, user=u, status=0),
     {"profile/read": 200, "all/read": 200, "all": 200}),
    ("see forwarding", lambda u: GET("/extensions/forwarding", user=u, status=0), {"all": 200}),
    ("ask who they are", lambda u: GET("/whoami", user=u, status=0), dict.fromkeys(SCOPES, 200)),
]


def row(what, make, allowed):
    steps = []
    for scope in SCOPES:
        step = make(scope.replace("/", "-"))
        step.status = allowed.get(scope, 403)
        if step.status == 403 and step.method != "HEAD":
            step.json = {"detail": lambda d: d.startswith("Access not authorized to scope: ")}
        steps.append(step)
    return Scenario(f"{what}: {', '.join(allowed)} and nobody else", *steps)


def fresh(name):
    return {"mbox": f"mailto:{name}@example.org", "objectType": "Agent"}


SCENARIOS = [row(*one) for one in ALLOWED] + [
    Scenario(
        "statements/read/mine sees its own statements only, also one by one",
        POST("/statements", [statement("{a}")], user="writer", status=200),
        POST("/statements", [statement("{b}")], user="all", status=200),
        GET("/statements", query={"agent": agent()}, user="writer", status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent(), "mine": "false"}, user="writer", status=200, ids=["{a}"]),
        GET("/statements?statementId={a}", user="writer", status=200),
        GET("/statements?statementId={b}", user="writer", status=404),
        GET("/statements", query={"agent": agent()}, user="statements-read", status=200, ids=["{b}", "{a}"]),
        GET("/statements", query={"agent": agent(), "mine": "true"}, user="all", status=200, ids=["{b}"])),
    Scenario(
        "who reads only the own statements voids only those; who reads all voids all",
        POST("/statements", [statement("{a}", actor=agent("{z}")), statement("{b}")], user="all", status=200),
        POST("/statements", [voiding("{a}")], user="writer", status=403),
        POST("/statements", [voiding("{a}")], user="statements-write", status=403),
        POST("/statements", [voiding("{a}"), voiding("{later}")], user="importer", status=200),
        GET("/statements?voidedStatementId={a}", user="all", status=200),
        POST("/statements", [statement("{c}", object=reference("{b}"), actor=agent("{d}"))], user="writer", status=200),
        POST("/statements", [statement("{e}", object=reference("{b}"), actor=agent("{d}"))], user="importer", status=200),
        GET("/statements", query={"agent": agent()}, user="writer", status=200, ids=[]),
        GET("/statements", query={"agent": agent(), "verb": verb()["id"]}, user="importer", status=200,
            ids=["{e}", "{c}", "{b}"]),
        GET("/statements", query={"agent": agent(), "verb": verb()["id"], "mine": "true"}, user="importer", status=200,
            ids=["{e}"])),
    Scenario(
        "statements/read/mine reaches its own agent's documents only",
        POST("/activities/state", b"x", query={**PLACE, "agent": fresh("writer")}, headers=OCTETS, user="writer", status=204),
        GET("/activities/state", query={**PLACE, "agent": fresh("writer")}, user="writer", status=200),
        POST("/activities/state", b"x", query=PLACE, headers=OCTETS, user="writer", status=403),
        GET("/activities/state", query=PLACE, user="writer", status=403)),
    Scenario(
        "without define a statement is stored and teaches nothing",
        POST("/statements", [statement("{a}", object={"id": "https://example.org/{activity}",
                                                      "definition": {"name": {"en": "x"}}})],
             user="statements-write", status=200),
        GET("/activities", query={"activityId": "https://example.org/{activity}"}, user="all", status=200,
            check=lambda a, n: None if "definition" not in a.json else (_ for _ in ()).throw(AssertionError(a)))),
    Scenario(
        "authority/write keeps the authority that a client sends; others are stamped",
        POST("/statements", [statement("{a}", authority=fresh("someone"))], user="importer", status=200),
        GET("/statements?statementId={a}", user="all", status=200, json={"authority": fresh("someone")}),
        POST("/statements", [statement("{b}", authority=fresh("someone"))], user="all", status=200),
        GET("/statements?statementId={b}", user="all", status=200, json={"authority": fresh("all")})),
    Scenario(
        "a scope of 4.x that nobody knows allows nothing, and is no fault of the server",
        GET("/whoami", user="oldtimer", status=200),
        GET("/statements", user="oldtimer", status=403)),
    Scenario(
        "targets are kept apart completely",
        POST("/statements", [statement("{a}")], user="tenant-a", status=200),
        GET("/statements?statementId={a}", user="tenant-b", status=404),
        GET("/statements?statementId={a}", user="all", status=404),
        PUT("/statements?statementId={a}", statement(verb={"id": "http://a.org/other"}), user="tenant-b", status=204),
        GET("/statements", query={"agent": agent()}, user="tenant-a", status=200, ids=["{a}"]),
        POST("/activities/state", b"a", query=PLACE, headers=OCTETS, user="tenant-a", status=204),
        GET("/activities/state", query=PLACE, user="tenant-b", status=404),
        GET("/activities/state", query=PLACE, user="tenant-a", status=200, body_is=b"a")),
]
