"""Bounds that an operator sets: bytes of a page, bytes of a body, credentials for /metrics."""

from lectern import user
from scenario import GET, POST, Scenario, Failure
from statements import statement

SETTINGS = {"RALPH_RUNSERVER_PAGE_BYTES_MAX": "5000", "RALPH_METRICS_CREDENTIALS": "true",
            "RALPH_LRS_RESTRICT_BY_AUTHORITY": "true", "RALPH_LRS_RESTRICT_BY_SCOPES": "true",
            "RALPH_RUNSERVER_BODY_BYTES_MAX": "100000"}
USERS = [user("janedoe"), user("reader", ["statements/read"])]


def padded(id, bytes):
    return statement(id, result={"response": "x" * bytes})


def holds(*ids):
    def check(answer, names):
        found = [one["id"] for one in answer.json["statements"]]
        if found != [names[id] for id in ids]:
            raise Failure(f"{found}, not {ids}")
        names["more"] = answer.json["more"]
        if bool(names["more"]) != ("a" not in ids):
            raise Failure(f"more is {names['more']!r}")
    return check


N = dict(version=None, user=None)

SCENARIOS = [
    Scenario(
        "a page ends by bytes before its limit, has at least one statement, and its link goes on from there",
        POST("/statements", [padded("{a}", 200), padded("{b}", 2000), padded("{c}", 8000), padded("{d}", 2000),
                             padded("{e}", 200)], status=200),
        GET("/statements", query={"activity": "https://example.org/{activity}", "limit": "10"}, status=200,
            check=holds("e", "d")),
        GET("{more}", status=200, check=holds("c")),
        GET("{more}", status=200, check=holds("b", "a"))),
    Scenario(
        "so it does from the oldest on, and with attachments",
        POST("/statements", [padded("{z}", 2000), padded("{y}", 3000), padded("{a}", 200)], status=200),
        GET("/statements", query={"activity": "https://example.org/{activity}", "ascending": "true",
                                  "attachments": "true"}, status=200, has="{z}"),
        GET("/statements", query={"activity": "https://example.org/{activity}", "ascending": "true"}, status=200,
            check=holds("z")),
        GET("{more}", status=200, check=holds("y", "a"))),
    Scenario(
        "metrics are for who may read all",
        GET("/metrics", status=401, **N),
        GET("/metrics", status=403, user="reader"),
        GET("/metrics", status=200, has="lectern_http_memory_bytes"),
        versions=("1.0.3",)),
    Scenario(
        "a body that is too large is told the limit and the setting",
        POST("/statements", "[" + " " * 100_000 + "]", status=413, has="100000 bytes (LECTERN_RUNSERVER_BODY_BYTES_MAX)",
             header={"X-Experience-API-Version": "^[12].0.[03]$", "X-Request-ID": ".",
                     "X-Experience-API-Consistent-Through": "^20"})),
]
