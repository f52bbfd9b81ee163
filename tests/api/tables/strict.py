"""With RALPH_LRS_REQUIRE_VERSION_HEADER the dialect is gone."""

from scenario import GET, POST, Scenario
from statements import statement

SETTINGS = {"RALPH_LRS_REQUIRE_VERSION_HEADER": "true", "RALPH_LRS_DEFAULT_VERSION": "2.0.0",
            "RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "3"}

SCENARIOS = [
    Scenario(
        "a request without version is refused, with the default version in the answer",
        GET("/statements", version=None, status=400, header={"X-Experience-API-Version": "^2.0.0$"}),
        POST("/statements", [statement()], version=None, status=400),
        GET("/about", version=None, user=None, status=200), versions=("1.0.3",)),
    Scenario(
        "the limit has a maximum by setting",
        POST("/statements", [statement(), statement(), statement(), statement()], status=200),
        GET("/statements?limit=1000", status=200, json={"statements": lambda s: len(s) == 3}),
        GET("/statements?limit=0", status=200, json={"statements": lambda s: len(s) == 3})),
]
