"""What real clients send and need, beyond the letter of the standard; docs/clients.md names them."""

import gzip
import hashlib
import json
import urllib.parse

import lectern
from scenario import DELETE, GET, HEAD, POST, PUT, Scenario, Failure, fill
from statements import activity, agent, statement, verb
from tables.attachments import attachment, part

SETTINGS = {"LECTERN_LRS_UNCONDITIONAL_PROFILE_USERS": "tincan,other"}
USERS = [lectern.user("janedoe"), lectern.user("tincan")]

OLD, NEW = ("1.0.3",), ("2.0.0",)
JSON = {"Content-Type": "application/json"}
STATE = {"activityId": "https://example.org/{activity}", "agent": agent(), "stateId": "{doc}"}
PROFILE = {"activityId": "https://example.org/{activity}", "profileId": "{doc}"}
LONG = json.dumps({"text": "much of the same " * 200}).encode()
TAG = hashlib.sha1(LONG).hexdigest()
ZIPPED = {"Accept-Encoding": "gzip"}


def sub_statement(timestamp):
    return {"objectType": "SubStatement", "actor": agent(), "verb": verb(), "object": activity(), "timestamp": timestamp}


def same_body(answer, names):
    if gzip.decompress(answer.body) != LONG:
        raise Failure("the zipped body is another one")


def bodies(*contents, eol=b"\r\n", glue=False):
    """The multipart body of a statement with these attachments, with other line breaks or with those between
    attachments left out, as @xapi/xapi does."""
    hashes = [hashlib.sha256(c).hexdigest() for c in contents]

    def body(names):
        one = statement("{a}", attachments=[attachment(h) for h in hashes])
        out = eol.join([b"--12345678", b"Content-Type: application/json",
                        b'Content-Disposition: form-data; name="statement"', b"", json.dumps(fill(one, names)).encode()]) + eol
        for content, sha2 in zip(contents, hashes):
            out += eol.join([b"--12345678", b"Content-Type: text/plain", b"Content-Transfer-Encoding: binary",
                             b"X-Experience-API-Hash: " + sha2.encode(), b"", content]) + (b"" if glue else eol)
        return out + (eol if glue else b"") + b"--12345678--" + eol
    return body


def parts_are(*contents):
    def check(answer, names):
        for content in contents:
            if b"\r\n\r\n" + content + b"\r\n--" not in answer.body:
                raise Failure(f"{content!r} is not whole in {answer.body!r}")
    return check


MIXED = {"Content-Type": "multipart/mixed; boundary=12345678"}
FIRST, SECOND, THIRD = b"one\r\n--1234", b"two --12345678\r\n?\r\n", b"\x00\xff"
WIDE = ("2013-02-02T14:00Z", "2013-02-02T14Z", "20130202T140000Z", "20130202T1500+0100", "2013-033T14:00:00Z",
        "2013W056T14Z", "2013-W05-6T14:00", "2013-02-01T24:00:00-1400")


def raw(name, value):
    return name + "=" + urllib.parse.quote(value, safe="+:/{}")


SCENARIOS = [
    # Reading
    Scenario(
        "readers of 2.0.0 get instants in UTC that came under 1.0.3 in another form, those of 1.0.3 get what came",
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40"),
                             statement("{b}", timestamp="2026-11-30T05:35:40+00", object=sub_statement("2026-11-30T05:35:40,5Z")),
                             statement("{c}", timestamp="2026-W49-1T07:35+0200")], status=200),
        GET("/statements?statementId={a}", status=200, json={"timestamp": "2026-11-30T05:35:40"}),
        GET("/statements?statementId={a}", version="2.0.0", status=200, json={"timestamp": "2026-11-30T05:35:40Z"}),
        *[GET("/statements?statementId={b}&format=" + form, version="2.0.0", status=200,
              json={"timestamp": "2026-11-30T05:35:40Z", "object": {"timestamp": "2026-11-30T05:35:40.5Z"}})
          for form in ("exact", "ids", "canonical")],
        GET("/statements", query={"agent": agent(), "ascending": "true"}, version="2.0.0", status=200, json={"statements": [
            {"timestamp": "2026-11-30T05:35:40Z"}, {"object": {"timestamp": "2026-11-30T05:35:40.5Z"}},
            {"timestamp": "2026-11-30T05:35:00.000000Z"}]}),
        GET("/statements", query={"agent": agent(), "ascending": "true"}, status=200, json={"statements": [
            {"timestamp": "2026-11-30T05:35:40"}, {"object": {"timestamp": "2026-11-30T05:35:40,5Z"}},
            {"timestamp": "2026-W49-1T07:35+0200"}]}),
        versions=OLD),
    Scenario(
        "what a reader of 2.0.0 got is known when it is sent again, under either version",
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40,5", object=sub_statement("20261130T053540+0200"))],
             status=200),
        GET("/statements?statementId={a}", version="2.0.0", status=200, check=lambda a, n: n.update(sent=a.body.decode())),
        POST("/statements", "[{sent}]", headers=JSON, status=200, json=["{a}"]),
        PUT("/statements?statementId={a}", "{sent}", headers=JSON, version="2.0.0", status=204),
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40,6", object=sub_statement("20261130T053540+0200"))],
             status=409),
        POST("/statements", [statement("{a}", timestamp="2026-11-30T05:35:40,5", object=sub_statement("20261130T053541+0200"))],
             status=409),
        versions=OLD),
    Scenario(
        "no answer to a GET may be used from a cache without asking, and Vary says what it depends on",
        *[GET(path, query=query, status=status, header={"Cache-Control": "^no-cache$", "Vary": "Authorization.*Version.*Language.*Encoding"})
          for path, query, status in (("/activities/state", STATE, 404), ("/activities/profile", PROFILE, 404),
                                      ("/agents/profile", {"agent": agent()}, 200), ("/statements", {"limit": "1"}, 200),
                                      ("/statements", {"statementId": "{nobody}"}, 404), ("/about", {}, 200))],
        PUT("/activities/state", b"{}", query=STATE, headers=JSON, status=204, absent=["Cache-Control"]),
        GET("/activities/state", query=STATE, status=200, header={"Cache-Control": "^no-cache$", "Vary": "Authorization"}),
        HEAD("/activities/state", query=STATE, status=200, header={"Cache-Control": "^no-cache$"}),
        GET("/activities/state", query=STATE, headers={"If-None-Match": "*"}, status=304,
            header={"Cache-Control": "^no-cache$", "Vary": "Authorization"})),
    Scenario(
        "a zipped document has an ETag of its own, and conditions take both",
        PUT("/activities/state", LONG, query=STATE, headers=JSON, status=204),
        GET("/activities/state", query=STATE, status=200, body_is=LONG, header={"ETag": f'^"{TAG}"$'}),
        GET("/activities/state", query=STATE, headers=ZIPPED, status=200, check=same_body, header={"ETag": f'^"{TAG}-gzip"$'}),
        GET("/activities/state", query=STATE, headers={**ZIPPED, "If-None-Match": f'"{TAG}-gzip"'}, status=304,
            header={"ETag": f'^"{TAG}-gzip"$'}),
        GET("/activities/state", query=STATE, headers={**ZIPPED, "If-None-Match": f'W/"{TAG}"'}, status=304,
            header={"ETag": f'^"{TAG}"$'}),
        PUT("/activities/state", b'{"a":1}', query=STATE, headers={**JSON, "If-Match": f'"{TAG}-gzip"'}, status=204),
        PUT("/activities/state", LONG, query=STATE, headers={**JSON, "If-Match": f'"{TAG}-gzip"'}, status=412),
        POST("/activities/state", b'{"b":1}', query=STATE,
             headers={**JSON, "If-Match": '"' + hashlib.sha1(b'{"a":1}').hexdigest() + '-gzip"'}, status=204),
        DELETE("/activities/state", query=STATE, headers={"If-Match": f'"{TAG}-gzip"'}, status=412)),

    # Addresses and parameters
    Scenario(
        "doubled slashes are served as single ones, and links have none",
        POST("/xAPI//statements", [statement("{a}"), statement("{b}")], status=200),
        GET("/xAPI//statements//", query={"agent": agent(), "limit": "1"}, status=200, ids=["{b}"],
            check=lambda a, n: n.update(more=a.json["more"])),
        GET("{more}", status=200, ids=["{a}"], json={"more": lambda m: m == ""}),
        GET("/xAPI//activities///state", query=STATE, status=404, json={"detail": "There is no such document"}),
        GET("/xAPI//about", user=None, status=200), GET("/xAPI//nothing", status=404, json={"detail": "Not Found"})),
    Scenario(
        "a plus that was not encoded is understood in an IRI and in an agent's identifier",
        POST("/statements", [statement("{a}", actor={"mbox": "mailto:a+{x}@example.org"},
                                       object={"id": "course-v1:edX+{x}+2026"})], status=200),
        GET("/statements?" + raw("activity", "course-v1:edX+{x}+2026"), status=200, ids=["{a}"]),
        GET("/statements?agent=%7B%22mbox%22:+%22mailto:a+{x}@example.org%22%7D", status=200, ids=["{a}"]),
        GET("/activities?" + raw("activityId", "course-v1:edX+{x}+2026"), status=200, json={"id": "course-v1:edX+{x}+2026"}),
        GET("/agents?agent=%7B%22mbox%22:%22mailto:a+{x}@example.org%22%7D", status=200,
            json={"mbox": ["mailto:a+{x}@example.org"]}),
        PUT("/activities/state?stateId=a+b&agent=%7B%22mbox%22:%22mailto:a+{x}@example.org%22%7D&activityId=course-v1:a+{x}",
            b"x", status=204),
        GET("/activities/state", query={"stateId": "a b", "agent": {"mbox": "mailto:a+{x}@example.org"},
                                        "activityId": "course-v1:a+{x}"}, status=200, body_is=b"x"),
        GET("/statements?agent=%7B%22mbox%22:%22mailto:a%20{x}@example.org%22%7D", status=400),
        GET("/statements?activity=course-v1:edX%20{x}", status=400)),
    Scenario(
        "booleans may be in any letter case, as Python and C# write them",
        POST("/statements", [statement("{a}", context={"instructor": agent("{x}")})], status=200),
        GET("/statements", query={"agent": agent("{x}"), "related_agents": "True", "ascending": "FALSE"}, status=200, ids=["{a}"]),
        GET("/statements?attachments=yes", status=400)),
    Scenario(
        "since and until take every form of ISO 8601",
        POST("/statements", [statement("{a}")], status=200),
        *[GET("/statements", query={"agent": agent(), "since": wide}, status=200, ids=["{a}"]) for wide in WIDE],
        *[GET("/statements", query={"agent": agent(), "until": wide}, status=200, ids=[]) for wide in WIDE],
        GET("/statements?since=2013-02-02T14:00+01:00&limit=1", status=200),
        *[GET("/statements?since=" + odd, status=400)
          for odd in ("2013-02-02", "2013-02-02T14:00-00:00", "1577836800", "20130202T14:00Z")]),
    Scenario(
        "1.0.x takes timestamps in every form of ISO 8601 and knows the instant again, 2.0.0 only those of RFC 3339",
        *[step for number, wide in enumerate(WIDE) for step in (
            POST("/statements", [statement(f"{{w{number}}}", timestamp=wide, object=sub_statement(wide))], status=200),
            GET(f"/statements?statementId={{w{number}}}", status=200, json={"timestamp": wide, "object": {"timestamp": wide}}),
            POST("/statements", [statement(f"{{w{number}}}", timestamp="2013-02-02T14:00:00Z",
                                           object=sub_statement("2013-02-02T16:00:00+02:00"))], status=200),
            POST("/statements", [statement(timestamp=wide)], version="2.0.0", status=400,
                 json={"path": "/0/timestamp", "rule": "Data 4.5", "detail": lambda d: "RFC 3339" in d}),
            POST("/statements", [statement(object=sub_statement(wide))], version="2.0.0", status=400))],
        *[POST("/statements", [statement(timestamp=odd)], status=400, json={"path": "/0/timestamp"})
          for odd in ("2013-02-02", "2013-02-02T14:00:00-00:00", "2013-02-02T24:00:01Z", "2013-02-02T1400Z")],
        versions=OLD),
    Scenario(
        "versions that begin with 1.0. may have a suffix of Semantic Versioning, in the header and in a statement",
        POST("/statements", [statement("{a}", version="1.0.3-rc1"), statement("{b}", version="1.0.0+build.7")], status=200),
        GET("/statements?statementId={a}", version="1.0.3-rc1", status=200, json={"version": "1.0.3-rc1"},
            header={"X-Experience-API-Version": "^1.0.3$"}),
        POST("/statements", [statement(version="1.0-rc1")], status=400),
        GET("/statements?limit=1", version="2.0.0-rc1", status=400), versions=OLD),
    Scenario(
        "a PUT by the alternate syntax without a content type is any bytes, as a plain one is",
        POST("/activities/state?method=PUT",
             'stateId={doc}&content=no%20JSON&activityId=https://example.org/{activity}&agent=%7B%22mbox%22:%22mailto:{agent}@example.org%22%7D',
             headers={"Content-Type": "application/x-www-form-urlencoded"}, status=204),
        GET("/activities/state", query={**STATE, "agent": {"mbox": "mailto:{agent}@example.org"}}, status=200,
            body_is=b"no JSON", header={"Content-Type": "^application/octet-stream$"}),
        POST("/activities/state?method=PUT",
             'stateId={doc}&content=no%20JSON&Content-Type=application/json&activityId=https://example.org/{activity}&agent=%7B%22mbox%22:%22mailto:{agent}@example.org%22%7D',
             status=400), versions=OLD),

    # Multipart
    Scenario(
        "a multipart whose lines end in LF alone is taken, its contents byte for byte",
        POST("/statements", bodies(FIRST, THIRD, eol=b"\n"), headers=MIXED, status=200, json=["{a}"]),
        GET("/statements?statementId={a}&attachments=true", status=200, check=parts_are(FIRST, THIRD))),
    Scenario(
        "attachments without a line break between them, as @xapi/xapi sends them, are told apart by their hashes",
        POST("/statements", bodies(FIRST, SECOND, THIRD, glue=True), headers=MIXED, status=200, json=["{a}"]),
        GET("/statements?statementId={a}&attachments=true", status=200, check=parts_are(FIRST, SECOND, THIRD))),
    Scenario(
        "a multipart body under another type is refused with the header that it needs",
        POST("/statements", bodies(FIRST), headers={"Content-Type": "application/octet-stream"}, status=400,
             json={"detail": lambda d: "send Content-Type: multipart/mixed; boundary=12345678" in d}),
        POST("/statements", b"[]", headers={"Content-Type": "application/octet-stream"}, status=400,
             json={"detail": lambda d: "application/json or multipart/mixed, not as" in d})),

    # Profiles
    Scenario(
        "PUT of a profile without a condition replaces it for users whom the operator named, as Python's tincan needs",
        PUT("/activities/profile", b"1", query=PROFILE, user="tincan", status=204),
        PUT("/activities/profile", b"2", query=PROFILE, user="tincan", status=204),
        PUT("/agents/profile", b"3", query={"agent": agent(), "profileId": "{doc}"}, user="tincan", status=204),
        GET("/activities/profile", query=PROFILE, status=200, body_is=b"2"),
        PUT("/activities/profile", b"4", query=PROFILE, headers={"If-None-Match": "*"}, user="tincan", status=412),
        PUT("/activities/profile", b"5", query=PROFILE, status=409),
        GET("/activities/profile", query=PROFILE, status=200, body_is=b"2")),
    Scenario(
        "a user who was not named needs a condition for a new profile under 1.0.3",
        PUT("/activities/profile", b"1", query=PROFILE, status=400), versions=OLD),
    Scenario(
        "State under 2.0.0 needs its condition from users whom the operator named, too",
        PUT("/activities/state", b"1", query=STATE, user="tincan", status=204),
        PUT("/activities/state", b"2", query=STATE, user="tincan", status=409), versions=NEW),

    # What senders write
    Scenario(
        "a duration that ends in a bare T is refused with the helper that makes it",
        POST("/statements", [statement(result={"duration": "P1DT"})], status=400,
             json={"path": "/0/result/duration", "rule": "Data 4.6", "detail": lambda d: "calculateISO8601Duration" in d}),
        POST("/statements", [statement(result={"duration": "xT"})], status=400,
             json={"detail": lambda d: "PT4H35M59.14S" in d})),
    Scenario(
        "patterns as @xapi/cmi5 makes them are kept as they came",
        POST("/statements", [statement("{a}", object=activity(definition={
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "interactionType": "numeric",
            "correctResponsesPattern": [":", "0:10", "0[:]10"]}))], status=200),
        GET("/statements?statementId={a}", status=200, json={"object": {"definition": {
            "correctResponsesPattern": [":", "0:10", "0[:]10"]}}})),
    Scenario(
        "what H5P makes without an address or a mail is refused with the rule and the place",
        POST("/statements", [statement(object={"objectType": "Activity", "definition": {}})], status=400,
             json={"path": "/0/object", "rule": "Data 2.4.4.1"}),
        POST("/statements", [statement(actor={"mbox": "mailto:undefined", "name": "undefined"})], status=400,
             json={"path": "/0/actor/mbox", "rule": lambda r: r.startswith("Data 2.4.2")}),
        POST("/statements", [statement(result={"score": {"scaled": 1.33, "raw": 4, "max": 3}})], status=400,
             json={"path": "/0/result/score/scaled", "rule": "Data 2.4.5.1"})),
    Scenario(
        "durations with leading zeros are taken, and a statement is known again by the values of its numbers",
        POST("/statements", [statement("{a}", result={"duration": "P435DT02H30M00S", "score": {"min": 0, "raw": 7}})], status=200),
        POST("/statements", [statement("{a}", result={"duration": "P435DT02H30M00S", "score": {"min": 0.0, "raw": 7.0}})],
             status=200, json=["{a}"]),
        POST("/statements", [statement("{a}", result={"duration": "P435DT02H30M00S", "score": {"min": 0, "raw": 8}})], status=409)),
    Scenario(
        "retired language tags and schemes with plus, minus and point are taken",
        POST("/statements", [statement("{a}", verb={"id": "a+b-c.d:verb", "display": {
            "i-klingon": "x", "zh-min-nan": "y", "en-GB-oed": "z", "sgn-BE-FR": "s"}},
            object={"id": "course-v1:a+b+c"})], status=200),
        GET("/statements?statementId={a}", status=200, json={"verb": {"id": "a+b-c.d:verb", "display": {
            "i-klingon": "x", "zh-min-nan": "y", "en-GB-oed": "z", "sgn-BE-FR": "s"}}})),
]
