"""RESTRICT_BY_AUTHORITY alone, scopes as they are by default: everyone sees the own statements only, whatever is asked."""

import lectern
from scenario import GET, POST, Scenario
from statements import agent, statement

SETTINGS = {"LECTERN_LRS_RESTRICT_BY_AUTHORITY": "true"}
USERS = [lectern.user("ann", ["all"]), lectern.user("bob", ["statements/write", "statements/read/mine"]),
         lectern.user("reader", ["statements/read"])]

SCENARIOS = [
    Scenario(
        "mine is always on, also for `all` and against mine=false",
        POST("/statements", [statement("{a}")], user="ann", status=200),
        POST("/statements", [statement("{b}")], user="bob", status=200),
        GET("/statements", query={"agent": agent()}, user="ann", status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent(), "mine": "false"}, user="ann", status=200, ids=["{a}"]),
        GET("/statements", query={"agent": agent()}, user="bob", status=200, ids=["{b}"]),
        GET("/statements", query={"agent": agent()}, user="reader", status=200, ids=[]),
        GET("/statements?statementId={b}", user="ann", status=404)),
]
