"""GET /xAPI/extensions/statistics: what it counts, beside a plain reference."""

import csv
import io
import itertools
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import lectern
from scenario import GET, POST, Failure, Scenario
from statements import activity, agent, reference, statement, verb, voiding

USERS = [lectern.user("janedoe"), lectern.user("writer", ["statements/write", "statements/read/mine"]),
         lectern.user("blind", ["state/read"])]
SETTINGS = {"RALPH_LRS_RESTRICT_BY_SCOPES": "true"}
PATH = "/extensions/statistics"
RUN = {"platform": "{run}"}
BERLIN = ZoneInfo("Europe/Berlin")


def random_statements(seed, count):
    """Some of everything; those of one run are told from others by their platform."""
    dice, made = random.Random(seed), []
    for number in range(count):
        context = {"platform": "{run}"}
        if dice.random() < 0.7:
            context["registration"] = f"{{registration{dice.randrange(8)}}}"
        if dice.random() < 0.6:
            context["contextActivities"] = {"parent": [activity(f"course{dice.randrange(3)}")],
                                            "grouping": [activity(f"course{dice.randrange(3)}"), activity("site")]}
        if dice.random() < 0.5:
            context["language"] = dice.choice(["de", "en-US", "fr"])
        at = datetime(2026, 10, 24, 20, 15, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=17 * number)
        one = statement(actor=agent(f"{{run}}{dice.randrange(9)}"), verb=verb(dice.choice(["attended", "passed", "failed", "scored"])),
                        object=activity(f"item{dice.randrange(6)}", definition={"type": f"https://example.org/type{dice.randrange(2)}"}),
                        context=context, timestamp=at.isoformat())
        if dice.random() < 0.6:
            one["result"] = {"success": dice.random() < 0.5, "duration": f"PT{dice.randrange(1, 90)}M{dice.randrange(60)}.5S"}
            if dice.random() < 0.7:
                scaled = dice.choice([0, 0.25, 0.5, 0.75, 1])
                one["result"]["score"] = {"scaled": scaled, "raw": scaled * 20, "min": 0, "max": 20}
        if dice.random() < 0.2:
            one.setdefault("result", {})["completion"] = dice.random() < 0.5
        made.append(one)
    return made


SAMPLE = random_statements(7, 160)


def hour_of(at):
    """The hour's begin in Berlin; hours of both sides of a change of clocks stay apart."""
    offset = at.utcoffset().total_seconds()
    begin = (at.timestamp() + offset) // 3600 * 3600 - offset
    return datetime.fromtimestamp(begin, BERLIN).isoformat()


def keys_of(one, dimension):
    context, at = one["context"], datetime.fromisoformat(one["timestamp"]).astimezone(BERLIN)
    around = context.get("contextActivities", {})
    courses = {a["id"] for a in around.get("parent", []) + around.get("grouping", [])}
    return {"verb": lambda: [one["verb"]["id"]], "activity": lambda: [one["object"]["id"]],
            "activity_type": lambda: [one["object"]["definition"]["type"]],
            "course": lambda: sorted(courses) or [None], "actor": lambda: ["mbox:" + one["actor"]["mbox"]],
            "language": lambda: [context.get("language")], "day": lambda: [at.date().isoformat()],
            "week": lambda: [(at.date() - timedelta(days=at.weekday())).isoformat()],
            "month": lambda: [at.strftime("%Y-%m")], "hour": lambda: [hour_of(at)]}[dimension]()


def seconds_of(text):
    minutes, seconds = text[2:-1].split("M")
    return int(minutes) * 60 + float(seconds)


def percentile(numbers, hundredths):
    numbers, rank = sorted(numbers), (len(numbers) - 1) * hundredths / 100
    low = numbers[int(rank)]
    return low + (numbers[min(int(rank) + 1, len(numbers) - 1)] - low) * (rank - int(rank))


def numbers_of(group, quantity):
    """The durations; or the scores, of which each registration and activity has one once."""
    results = [(one, one.get("result", {})) for one in group]
    if quantity == "duration":
        return [seconds_of(r["duration"]) for _, r in results if "duration" in r]
    seen, numbers = set(), []
    for one, result in results:
        if "score" not in result:
            continue
        registration = one["context"].get("registration")
        key = (registration, one["object"]["id"], result["score"]["scaled"], result["score"]["raw"])
        if registration and key in seen:
            continue
        seen.add(key)
        numbers.append(result["score"][quantity])
    return numbers


def value_of(group, measure):
    said = {"success_rate": "success", "completion_rate": "completion"}.get(measure)
    if said:
        values = [one["result"][said] for one in group if said in one.get("result", {})]
        return sum(values) / len(values) if values else None
    if measure == "count":
        return len(group)
    if measure in ("actors", "activities", "registrations"):
        pick = {"actors": lambda one: one["actor"]["mbox"], "activities": lambda one: one["object"]["id"],
                "registrations": lambda one: one["context"].get("registration")}[measure]
        return len({pick(one) for one in group} - {None})
    quantity, what = measure.split("_")
    numbers = numbers_of(group, quantity)
    if not numbers:
        return None
    if what.startswith("p"):
        return percentile(numbers, int(what[1:]))
    return {"mean": lambda: sum(numbers) / len(numbers), "min": lambda: min(numbers), "max": lambda: max(numbers),
            "sum": lambda: sum(numbers)}[what]()


def near(actual, expected):
    if actual is None or expected is None:
        return actual is expected
    return abs(actual - expected) <= 1e-9 * max(1, abs(expected))


def agrees(sample, by, measures, keep=lambda one: True):
    """A check that the answer is what the reference makes of the sample."""

    def check(answer, names):
        from scenario import fill
        chosen = [one for one in fill(sample, names) if keep(one)]
        expected = {}
        for one in chosen:
            for key in itertools.product(*(keys_of(one, dimension) for dimension in by)):
                expected.setdefault(key, []).append(one)
        told = {tuple(group["key"][dimension] for dimension in by): group for group in answer.json["groups"]}
        if by and set(told) != set(expected):
            raise Failure(f"groups {sorted(map(str, told))}, not {sorted(map(str, expected))}")
        pairs = [(None, answer.json["totals"], chosen)] + [(key, told[key], expected[key]) for key in told]
        for key, group, members in pairs:
            for measure in measures:
                if not near(group[measure], value_of(members, measure)):
                    raise Failure(f"{measure} of {key} is {group[measure]}, not {value_of(members, measure)}")

    return check


MEASURES = ["count", "actors", "activities", "registrations", "success_rate", "completion_rate", "scaled_mean", "scaled_p50",
            "raw_sum", "raw_max", "duration_mean", "duration_sum", "duration_min", "duration_p90", "duration_p0"]


def asks(by, measures=MEASURES, sample=SAMPLE, keep=lambda one: True, **query):
    query = {**RUN, "clock": "timestamp", "zone": "Europe/Berlin", "measure": ",".join(measures), **query}
    if by:
        query["by"] = ",".join(by)
    return GET(PATH, query=query, status=200, check=agrees(sample, by, measures, keep))


def rows_are(*expected):
    def check(answer, names):
        from scenario import fill
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        if rows != fill([list(row) for row in expected], names):
            raise Failure(f"rows {rows}")
    return check


def names_are(*expected):
    def check(answer, names):
        told = [group["name"] for group in answer.json["groups"]]
        if told != list(expected):
            raise Failure(f"names {told}")
    return check


def counts(count, user="janedoe", **query):
    return GET(PATH, query={**RUN, **query}, user=user, status=200, json={"totals": {"count": count}})


def in_run(id=None, **more):
    context = {"platform": "{run}", **more.pop("context", {})}
    return statement(id, context=context, **more)


def registered(id, **more):
    return statement(id, context={"registration": "{run}"}, **more)


def scored(registration, verb_name, score, **more):
    return in_run(verb=verb(verb_name), result={"score": score}, context={"registration": registration}, **more)


SCENARIOS = [
    Scenario(
        "every dimension and every measure agree with a plain reference",
        POST("/statements", SAMPLE, status=200),
        asks([]), asks(["verb"]), asks(["activity"]), asks(["activity_type"]), asks(["course"]), asks(["actor"]),
        asks(["language"]), asks(["hour"]), asks(["day"]), asks(["week"]), asks(["month"]),
        asks(["verb", "day"]), asks(["course", "verb", "day"]), asks(["actor", "activity"], ["count", "duration_sum"])),
    Scenario(
        "every filter agrees with it too",
        POST("/statements", SAMPLE, status=200),
        asks(["day"], verb=verb("passed")["id"], keep=lambda one: one["verb"] == verb("passed")),
        asks(["verb"], agent=agent("{run}3"), keep=lambda one: one["actor"]["mbox"].endswith("3@example.org")),
        asks(["verb"], course="https://example.org/course1",
             keep=lambda one: "https://example.org/course1" in keys_of(one, "course")),
        asks(["verb"], parent="https://example.org/course1", keep=lambda one: "https://example.org/course1" in
             [a["id"] for a in one["context"].get("contextActivities", {}).get("parent", [])]),
        asks(["verb"], activity_type="https://example.org/type1",
             keep=lambda one: one["object"]["definition"]["type"].endswith("type1")),
        asks(["verb"], language="de", keep=lambda one: one["context"].get("language") == "de"),
        asks(["verb"], success="true", keep=lambda one: one.get("result", {}).get("success") is True),
        asks(["verb"], completion="false", keep=lambda one: one.get("result", {}).get("completion") is False),
        asks(["verb"], since="2026-10-25T01:00:00Z", until="2026-10-25T09:00:00Z",
             keep=lambda one: "2026-10-25T01:00:00" < one["timestamp"][:19] <= "2026-10-25T09:00:00")),
    Scenario(
        "of several verbs or activities one must fit, along references too",
        POST("/statements", [registered("{a}", verb=verb("passed")), registered("{b}", verb=verb("failed")), registered("{c}"),
                             registered("{d}", verb=verb("answered"), object=reference("{a}")),
                             registered("{e}", verb=verb("answered"), object=reference("{c}"))], status=200),
        GET(PATH + "?registration={run}&verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fpassed"
            "&verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Ffailed&by=verb", status=200,
            json={"totals": {"count": 3}, "groups_in_all": 3}),
        GET(PATH, query={"registration": "{run}", "verb": verb("passed")["id"]}, status=200, json={"totals": {"count": 2}}),
        GET(PATH, query={"registration": "{run}", "verb": verb()["id"]}, status=200, json={"totals": {"count": 2}}),
        GET(PATH, query={"registration": "{run}"}, status=200, json={"totals": {"count": 5}})),
    Scenario(
        "what is voided counts nowhere, neither before nor after it was counted",
        POST("/statements", [in_run("{a}"), in_run("{b}")], status=200), counts(2),
        POST("/statements", [voiding("{a}")], status=200), counts(1)),
    Scenario(
        "who reads only the own statements counts only those",
        POST("/statements", [in_run()], user="janedoe", status=200), POST("/statements", [in_run(), in_run()], user="writer", status=200),
        counts(3), counts(2, user="writer"), counts(1, mine="true"),
        GET(PATH, query={**RUN, "by": "authority"}, user="writer", status=200,
            json={"groups": [{"key": {"authority": "mbox:mailto:writer@example.org"}, "count": 2}]}),
        GET(PATH, user="blind", status=403)),
    Scenario(
        "one score that is sent with two statements of a registration counts once",
        POST("/statements", [scored("{r}", "completed", {"scaled": 0.8}), scored("{r}", "terminated", {"scaled": 0.8}),
                             scored("{s}", "completed", {"scaled": 0.2})], status=200),
        GET(PATH, query={**RUN, "measure": "scaled_mean,count"}, status=200, json={"totals": {"scaled_mean": 0.5, "count": 3}})),
    Scenario(
        "a video's length is no time spent, and a year has no length: both are left out, and counted",
        POST("/statements", [in_run(verb=verb("completed"), object=activity("{v}", definition={"type": "https://w3id.org/xapi/video/activity-type/video"}),
                                    result={"duration": "PT9M"}), in_run(result={"duration": "P1Y"}), in_run(result={"duration": "P0Y0M0DT0H1M"})],
             status=200),
        GET(PATH, query={**RUN, "measure": "raw_mean,duration_sum"}, status=200,
            json={"totals": {"raw_mean": None, "duration_sum": 60}, "left_out": {"scores": 0, "durations": 2}})),
    Scenario(
        "the greatest groups come first, and those that tie with the last are told",
        POST("/statements", [in_run(verb=verb(name)) for name in ("a", "a", "a", "b", "b", "c", "c", "d")], status=200),
        GET(PATH, query={**RUN, "by": "verb", "top": "2"}, status=200,
            json={"groups": [{"key": {"verb": verb("a")["id"]}, "count": 3}, {"key": {"verb": verb("b")["id"]}, "count": 2}],
                  "groups_in_all": 4, "ties": 1, "totals": {"count": 8}})),
    Scenario(
        "names come in the reader's language",
        POST("/statements", [in_run(actor={**agent(), "name": "Ann"}, verb={**verb("read"), "display": {"en": "read", "de": "las"}},
                                    object=activity("{x}", definition={"name": {"en": "Part one", "de": "Teil eins"}}),
                                    timestamp="2026-01-02T03:04:05Z")], status=200),
        GET(PATH, query={**RUN, "by": "verb,activity,actor", "name": "true"}, headers={"Accept-Language": "de"}, status=200,
            json={"groups": [{"name": {"verb": "las", "activity": "Teil eins", "actor": "Ann"}}]}),
        GET(PATH, query={**RUN, "by": "platform,verb,day", "name": "true"}, headers={"Accept-Language": "de"}, status=200,
            check=names_are({"verb": "las"})),
        GET(PATH, query={**RUN, "by": "day,verb", "name": "true", "clock": "timestamp", "format": "csv"}, headers={"Accept-Language": "de"},
            status=200, check=rows_are(["day", "verb", "verb_name", "count"], ["2026-01-02", verb("read")["id"], "las", "1"]))),
    Scenario(
        "as CSV it is what a spreadsheet reads, and no formula",
        POST("/statements", [in_run(context={"language": "de"}), in_run()], status=200),
        GET(PATH, query={**RUN, "by": "platform,language", "measure": "count,scaled_mean", "format": "csv"}, status=200,
            header={"Content-Type": "^text/csv"},
            check=rows_are(["platform", "language", "count", "scaled_mean"], ["{run}", "", "1", ""], ["{run}", "de", "1", ""]))),
    Scenario(
        "the same answer need not be sent again",
        POST("/statements", [in_run()], status=200),
        GET(PATH, query=RUN, status=200, header={"ETag": '^W/"', "X-Experience-API-Consistent-Through": "Z$"},
            check=lambda answer, names: names.update(tag=answer.headers["etag"])),
        GET(PATH, query=RUN, headers={"If-None-Match": "{tag}"}, status=304),
        POST("/statements", [in_run()], status=200),
        GET(PATH, query=RUN, headers={"If-None-Match": "{tag}"}, status=200, json={"totals": {"count": 2}})),
    Scenario(
        "what it does not know is refused",
        GET(PATH + "?by=colour", status=400, has="`by` knows no `colour`"),
        GET(PATH + "?by=verb,actor,day,hour", status=400, has="three dimensions"),
        GET(PATH + "?by=verb,verb", status=400, has="twice"),
        GET(PATH + "?measure=scaled_p101", status=400, has="`measure` knows no"),
        GET(PATH + "?measure=scaled_p50,scaled_p050", status=400, has="knows no `scaled_p050`"),
        GET(PATH + "?measure=scaled_p00", status=400), GET(PATH + "?measure=scaled_p0,scaled_p5,scaled_p100", status=200),
        GET(PATH + "?measure=count,actors,count", status=400, has="twice"),
        GET(PATH + "?zone=../../etc/passwd", status=400, has="time zone"), GET(PATH + "?zone=localtime", status=400),
        GET(PATH + "?zone=posixrules", status=400), GET(PATH + "?zone=Factory", status=400),
        GET(PATH + "?top=0", status=400), GET(PATH + "?limit=3", status=400, has="not allowed: `limit`"),
        GET(PATH + "?since=x", status=400), GET(PATH + "?clock=wall", status=400), GET(PATH + "?format=xml", status=400),
        GET(PATH + "?success=true&success=true", status=400)),
]
