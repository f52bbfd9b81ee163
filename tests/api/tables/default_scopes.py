"""What users may do when nothing is set: what their scopes say."""

import lectern
from scenario import GET, POST, Scenario
from statements import agent, statement

SETTINGS = {}
USERS = [lectern.user("writer", ["statements/write", "statements/read/mine", "state/read", "state/write"]),
         lectern.user("reader", ["statements/read"]), lectern.user("allx", ["allx"]), lectern.user("janedoe")]
PLACE = {"activityId": "https://example.org/{activity}", "agent": agent(), "stateId": "s"}
OCTETS = {"Content-Type": "application/octet-stream"}

SCENARIOS = [
    Scenario(
        "a reader reads everybody's statements and writes none",
        POST("/statements", [statement("{a}")], user="writer", status=200),
        POST("/statements", [statement("{b}")], user="janedoe", status=200),
        GET("/statements", query={"agent": agent()}, user="reader", status=200, ids=["{b}", "{a}"]),
        GET("/statements?statementId={a}", user="reader", status=200),
        POST("/statements", [statement("{c}")], user="reader", status=403)),
    Scenario(
        "statements/read/mine alone sees its own statements",
        POST("/statements", [statement("{a}")], user="writer", status=200),
        POST("/statements", [statement("{b}")], user="janedoe", status=200),
        GET("/statements", query={"agent": agent()}, user="writer", status=200, ids=["{a}"]),
        GET("/statements?statementId={b}", user="writer", status=404)),
    Scenario(
        "state scopes reach any learner's documents",
        POST("/activities/state", b"x", query=PLACE, headers=OCTETS, user="writer", status=204),
        GET("/activities/state", query=PLACE, user="writer", status=200),
        GET("/activities/state", query=PLACE, user="reader", status=403)),
    Scenario(
        "a scope that nobody knows allows nothing",
        GET("/whoami", user="allx", status=200, json={"scopes": []}),
        POST("/statements", [statement("{a}")], user="allx", status=403)),
]
