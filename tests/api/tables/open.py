"""What is served besides xAPI: browsers of other origins, metrics."""

import json

from scenario import GET, HEAD, POST, Scenario, Step, Failure
from statements import statement

SETTINGS = {"RALPH_RUNSERVER_CORS_ALLOW_ORIGINS": '["https://lms.example"]'}


def OPTIONS(path, **kw):
    return Step("OPTIONS", path, **kw)


def counts_statements(answer, names):
    for name in ("lectern_statements_total{outcome=\"stored\"}", "lectern_store_append_seconds_bucket"):
        if name not in answer.body.decode():
            raise Failure(f"{name} is missing")


N = dict(version=None, user=None)

SCENARIOS = [
    Scenario(
        "a page of an allowed origin may ask, without credentials, whether it may ask",
        OPTIONS("/statements", headers={"Origin": "https://lms.example", "Access-Control-Request-Method": "POST",
                                        "Access-Control-Request-Headers": "authorization,x-experience-api-version"},
                status=204, header={"Access-Control-Allow-Origin": "^https://lms.example$",
                                    "Access-Control-Allow-Headers": "(?i)x-experience-api-version"}, **N),
        GET("/statements?limit=1", headers={"Origin": "https://lms.example"}, status=200,
            header={"Access-Control-Allow-Origin": "^https://lms.example$",
                    "Access-Control-Expose-Headers": "(?i)x-experience-api-consistent-through"}),
        GET("/statements?limit=1", headers={"Origin": "https://evil.example"}, status=200,
            absent=["Access-Control-Allow-Origin"])),
    Scenario(
        "metrics count what is stored, for everyone who can reach them",
        POST("/statements", [statement()], status=200),
        GET("/metrics", status=200, check=counts_statements, header={"Content-Type": "^text/plain"}, **N),
        versions=("1.0.3",)),
]
