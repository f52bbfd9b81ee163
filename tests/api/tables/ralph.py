"""Ralph's dialect: what requests without a version header get."""

from scenario import GET, POST, PUT, Scenario, Failure
from statements import agent, statement, verb


def no_more(answer, names):
    if "more" in answer.json:
        raise Failure("more is there")


N = dict(version=None)

SCENARIOS = [
    Scenario(
        "a single statement comes in a list, an unknown one is an empty list",
        POST("/statements", [statement("{a}")], status=200, json=["{a}"], **N),
        GET("/statements?statementId={a}", status=200, ids=["{a}"], **N),
        GET("/statements?statementId={b}", status=200, ids=[], **N), versions=("1.0.3",)),
    Scenario(
        "POST answers the new ids, and 204 when there are none",
        POST("/statements", [statement("{a}")], status=200, json=["{a}"], **N),
        POST("/statements", [statement("{a}"), statement("{b}")], status=200, json=["{b}"], **N),
        POST("/statements", [statement("{a}"), statement("{b}")], status=204, body_is=b"", **N), versions=("1.0.3",)),
    Scenario(
        "more is left out on the last page",
        POST("/statements", [statement("{a}"), statement("{b}")], status=200, **N),
        GET("/statements", query={"agent": agent()}, status=200, ids=["{b}", "{a}"], check=no_more, **N),
        GET("/statements", query={"agent": agent(), "limit": "1"}, status=200, ids=["{b}"],
            check=lambda a, n: n.update(more=a.json["more"]), **N),
        GET("{more}", status=200, ids=["{a}"], check=no_more, **N), versions=("1.0.3",)),
    Scenario(
        "rules are the standard's",
        POST("/statements", [statement("{a}"), {"actor": 1}], status=400, **N),
        PUT("/statements?statementId={a}", statement(), status=204, **N),
        PUT("/statements?statementId={a}", statement(verb=verb("x")), status=409, **N),
        GET("/statements?foo=bar", status=400, json={"detail": "The following parameter is not allowed: `foo`"}, **N),
        GET("/statements", user=None, status=401, json={"detail": "Invalid authentication credentials"}, **N),
        versions=("1.0.3",)),
    Scenario(
        "heartbeats and whoami answer as Ralph's",
        GET("/__lbheartbeat__", user=None, status=200, body_is=b"null", **N),
        GET("/__heartbeat__", user=None, status=200, json={"database": "ok"}, **N),
        GET("/whoami", status=200, json={"agent": {"mbox": "mailto:janedoe@example.org"}, "scopes": ["all"]}, **N),
        GET("/whoami", user=None, status=401, **N), versions=("1.0.3",)),
]
