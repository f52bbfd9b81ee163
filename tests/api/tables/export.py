"""GET /xAPI/extensions/export: statements taken away, as JSON lines and as CSV."""

import csv
import io
import json

import lectern
from scenario import GET, POST, Failure, Scenario, fill
from statements import activity, agent, statement, verb, voiding

USERS = [lectern.user("janedoe"), lectern.user("writer", ["statements/write", "statements/read/mine"]),
         lectern.user("blind", ["state/read"])]
SETTINGS = {"RALPH_LRS_RESTRICT_BY_SCOPES": "true"}
PATH = "/extensions/export"
RUN = {"platform": "{run}"}


def in_run(id=None, **more):
    context = {"platform": "{run}", **more.pop("context", {})}
    return statement(id, context=context, **more)


def lines(answer):
    return [json.loads(line) for line in answer.body.decode().split("\n")[:-1]]


def ids(*expected):
    def check(answer, names):
        found = [line["id"] for line in lines(answer)]
        if found != fill(list(expected), names):
            raise Failure(f"ids {found}")
    return check


def so_many(count):
    def check(answer, names):
        if len(lines(answer)) != count or len({line["id"] for line in lines(answer)}) != count:
            raise Failure(f"{len(lines(answer))} lines")
    return check


def every_line_has_the_same_members(answer, names):
    found = lines(answer)
    if len(found) < 101 or len({tuple(line) for line in found}) != 1:
        raise Failure(f"{len(found)} lines, members {({tuple(line) for line in found})}")
    if [line["success"] for line in found[:100]] != [None] * 100 or found[100]["success"] is not True:
        raise Failure("success is lost")
    for line in found:
        for name, value in line.items():
            if value is not None and not isinstance(value, {"success": bool, "completion": bool, "duration_s": (int, float), "scaled":
                                                            (int, float), "raw": (int, float), "min": (int, float),
                                                            "max": (int, float)}.get(name, str)):
                raise Failure(f"{name} is {value!r}")


def cells(*expected):
    def check(answer, names):
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        if rows != fill([list(row) for row in expected], names):
            raise Failure(f"rows {rows}")
    return check


def whole_rows(count, columns):
    """Each with the same statement in all columns: more than is made at once."""
    def check(answer, names):
        rows = list(csv.reader(io.StringIO(answer.body.decode())))[1:]
        if len({json.loads(row[0])["id"] for row in rows}) != count or len(rows) != count:
            raise Failure(f"{len(rows)} rows")
        if any(len(row) != columns or len(set(row)) != 1 for row in rows):
            raise Failure("a row is not whole")
    return check


ODD = {"https://example.org/x.y/z": [1.10, {"a": None}], "https://example.org/big": 12345678901234567890123}

SCENARIOS = [
    Scenario(
        "each statement stands on one line as it is stored, the oldest first",
        POST("/statements", b'[{"id":"X","actor":{"mbox":"mailto:a@example.org"},\n"verb":{"id":"http://example.org/v"},\r\n"object":{"id":"http://example.org/o"},'
             b'"context":{"platform":"Y","extensions":{"http://example.org/e":1.10}}}]'.decode().replace("X", "{a}").replace("Y", "{run}"),
             headers={"Content-Type": "application/json"}, status=200),
        POST("/statements", [in_run("{b}")], status=200),
        GET(PATH, query=RUN, status=200, check=ids("{a}", "{b}"), has='"http://example.org/e":1.10}',
            header={"Content-Type": "^application/jsonl$", "X-Experience-API-Consistent-Through": "Z$"})),
    Scenario(
        "it goes on behind a statement, and leaves out what is voided",
        POST("/statements", [in_run("{a}"), in_run("{b}"), in_run("{c}"), in_run("{d}")], status=200),
        POST("/statements", [voiding("{c}")], status=200),
        GET(PATH, query={**RUN, "after": "{b}"}, status=200, check=ids("{d}")),
        GET(PATH, query={**RUN, "after": "{c}"}, status=200, check=ids("{d}")),
        GET(PATH, query={**RUN, "after": "{d}"}, status=200, body_is=""),
        GET(PATH, query={**RUN, "after": "{nowhere}"}, status=404)),
    Scenario(
        "it is longer than a page, and every filter holds",
        *[POST("/statements", [in_run(verb=verb("passed" if n % 2 else "failed")) for n in range(250)], status=200) for _ in range(5)],
        GET(PATH, query=RUN, status=200, check=so_many(1250)),
        GET(PATH, query={**RUN, "verb": verb("passed")["id"]}, status=200,
            check=so_many(625)),
        GET(PATH, query={**RUN, "language": "tlh"}, status=200, body_is=""),
        GET(PATH + "?platform={run}&format=csv" + "&column=%24" * 30, status=200, check=whole_rows(1250, 30)), versions=("1.0.3",)),
    Scenario(
        "who reads only the own statements takes only those away",
        POST("/statements", [in_run("{a}")], status=200), POST("/statements", [in_run("{b}")], user="writer", status=200),
        GET(PATH, query=RUN, user="writer", status=200, check=ids("{b}")),
        GET(PATH, query={**RUN, "after": "{a}"}, user="writer", status=404),
        GET(PATH, user="blind", status=403)),
    Scenario(
        "flat lines have the same members of the same types, however late one is first used",
        POST("/statements", [in_run() for _ in range(100)] + [in_run(result={"success": True, "score": {"scaled": 1}, "duration": "PT1.5H",
             "response": "007"}, context={"language": "de", "extensions": ODD})], status=200),
        GET(PATH, query={**RUN, "format": "flat"}, status=200, check=every_line_has_the_same_members, has='"duration_s":5400,'),
        GET(PATH, query={**RUN, "format": "flat", "language": "de"}, status=200, has='"response":"007"')),
    Scenario(
        "CSV has the columns that were chosen, by name or by path",
        POST("/statements", [in_run("{a}", actor={**agent(), "name": '=HYPERLINK("x")'}, result={"score": {"raw": 12.50}, "response": "a;\"b\"\nc"},
                                    context={"extensions": ODD, "contextActivities": {"parent": [activity("p"), activity("q")]}}),
                             in_run("{b}")], status=200),
        GET(PATH + "?platform={run}&format=csv&column=id&column=%24.actor.name&column=%24.result.score.raw&column=%24.result.response"
            "&column=%24.context.extensions%5B%27https%3A%2F%2Fexample.org%2Fx.y%2Fz%27%5D&column=%24.context.extensions%5B%22https%3A%2F%2Fexample.org%2Fbig%22%5D"
            "&column=%24.context.contextActivities.parent%5B*%5D.id&column=%24.context.contextActivities.parent%5B1%5D.id&column=courses&column=duration_s", status=200,
            header={"Content-Type": "^text/csv"},
            check=cells(["id", "$.actor.name", "$.result.score.raw", "$.result.response", "$.context.extensions['https://example.org/x.y/z']",
                         '$.context.extensions["https://example.org/big"]', "$.context.contextActivities.parent[*].id",
                         "$.context.contextActivities.parent[1].id", "courses", "duration_s"],
                        ["{a}", "'=HYPERLINK(\"x\")", "12.5", "a;\"b\"\nc", '[1.1, {"a": null}]', "12345678901234567890123",
                         '["https://example.org/p","https://example.org/q"]', "https://example.org/q",
                         '["https://example.org/p","https://example.org/q"]', ""],
                        ["{b}", "", "", "", "", "", "", "", "", ""]))),
    Scenario(
        "without columns CSV has those of the flat form, but for the statement",
        POST("/statements", [in_run("{a}")], status=200),
        GET(PATH, query={**RUN, "format": "csv"}, status=200, has="id,stored,timestamp,timestamp_text,actor,verb,")),
    Scenario(
        "what it does not know is refused",
        GET(PATH + "?format=xml", status=400), GET(PATH + "?column=id", status=400), GET(PATH + "?format=csv&column=colour", status=400),
        GET(PATH + "?format=csv&column=%24..x", status=400), GET(PATH + "?after=x", status=400), GET(PATH + "?limit=3", status=400)),
]
