"""Who may come in, by an auth.json as Ralph 4 and 5 wrote it: texts, challenges, agents, targets."""

import lectern
from scenario import GET, POST, PUT, Scenario, Failure
from statements import agent, statement, verb

PROGRAM = "ralph"  # whose defaults are Ralph's: scopes do not count

N = dict(version=None)
ACCOUNT = {"objectType": "Agent", "account": {"name": "lms", "homePage": "https://lms.example.org"}}
SHA1 = {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}
OPENID = {"openid": "https://me.example.org/", "name": "Me"}
HOSTILE = ["../../etc", "a; DROP TABLE x --", "a'\"`\\", "a\u0000b", "Ünicode ✓", " ", "x" * 300]


def old(entry):
    """What a file of 4.x may hold: a scope of its own making, members that nobody reads, no target."""
    return {**entry, "scopes": ["ralph_scope"], "target": None, "comment": "made in 2023"}


def hashed_as(prefix, entry):
    return {**entry, "hash": prefix + entry["hash"][3:]}


USERS = [
    lectern.user("janedoe"), old(lectern.user("lms", agent=ACCOUNT)), lectern.user("sha1", agent=SHA1),
    hashed_as("$2y", lectern.user("openid", agent=OPENID)), hashed_as("$2a", lectern.user("hash-a")),
    lectern.user("colon", password="a:b:c"), lectern.user("umlaut", password="grün"),
    lectern.user("long", password="x" * 72),
    *[lectern.user(f"hostile-{i}", target=target) for i, target in enumerate(HOSTILE)]]

# What the standard says of targets holds on every backend; which names are hostile differs.
ONLY_EMBEDDED = True

INVALID = {"detail": "Invalid authentication credentials"}


def sentence(name, *steps):
    return Scenario(name, *steps, versions=("1.0.3",))


def header(value, status=401, **kw):
    return GET("/whoami", user=None, headers={"Authorization": value}, status=status, **N, **kw)


def authority(expected):
    def look(answer, names):
        found = answer.json["statements"][0]["authority"]
        if found != expected:
            raise Failure(f"authority is {found}")
    return look


def kept_apart(i):
    user, mine = f"hostile-{i}", "{a%d}" % i
    return [POST("/statements", [statement(mine)], user=user, status=200, **N),
            GET("/statements", user=user, status=200, query={"agent": agent()}, ids=[mine], **N),
            PUT("/activities/state", b"x", user=user, status=204, headers={"Content-Type": "text/plain"},
                query={"activityId": "http://a.org", "stateId": "s%d" % i, "agent": agent("{x}")}),
            *[step for other in ["janedoe"] + [f"hostile-{j}" for j in range(len(HOSTILE)) if j != i] for step in (
                GET("/statements?statementId=" + mine, user=other, status=200, ids=[], **N),
                GET("/activities/state", user=other, status=404, query={
                    "activityId": "http://a.org", "stateId": "s%d" % i, "agent": agent("{x}")}))]]


SCENARIOS = [
    sentence(
        "nothing usable is 401 with Ralph's text and the ways to authenticate",
        GET("/statements", user=None, status=401, json=INVALID, header={"WWW-Authenticate": '^Basic realm='}, **N),
        PUT("/statements?statementId={a}", statement(), user=None, status=401, json=INVALID, **N),
        header("Bearer abc", json=INVALID), header("Basic", json=INVALID), header("Basic !!", json=INVALID),
        header("Basic bm9jb2xvbg==", json=INVALID), header("", json=INVALID), header("Digest x", json=INVALID)),
    sentence(
        "an unknown user and a wrong password get the same answer",
        GET("/whoami", user="nobody", status=401, json=INVALID, **N),
        GET("/whoami", password="wrong", status=401, json=INVALID, **N),
        GET("/whoami", user="JaneDoe", status=401, json=INVALID, **N)),
    sentence(
        "the scheme is read in any letter case, a password may have colons and umlauts",
        header("bAsIc amFuZWRvZTpzdXBlcnNlY3JldA==", status=200),
        GET("/whoami", user="colon", password="a:b:c", status=200, **N),
        GET("/whoami", user="umlaut", password="grün", status=200, **N)),
    sentence(
        "of a password 72 bytes count, as bcrypt has it",
        GET("/whoami", user="long", password="x" * 80, status=200, **N),
        GET("/whoami", user="long", password="x" * 71, status=401, **N)),
    sentence(
        "a user of 4.x with a scope of its own making writes and reads",
        GET("/whoami", user="lms", status=200, json={"agent": ACCOUNT}, **N),
        POST("/statements", [statement("{a}")], user="lms", status=200, json=["{a}"], **N),
        GET("/statements?statementId={a}", user="lms", status=200, ids=["{a}"], check=authority(ACCOUNT), **N)),
    sentence(
        "hashes may begin with 2a, 2b or 2y",
        GET("/whoami", user="hash-a", status=200, **N), GET("/whoami", user="openid", status=200, **N)),
    sentence(
        "each kind of agent becomes the authority, with its name",
        POST("/statements", [statement("{a}")], user="sha1", status=200, **N),
        GET("/statements?statementId={a}", status=200, json={"statements": [{"authority": SHA1}]}, **N),
        POST("/statements", [statement("{b}")], user="openid", status=200, **N),
        GET("/statements?statementId={b}", status=200, json={"statements": [{"authority": OPENID}]}, **N),
        GET("/statements", query={"mine": "true", "agent": agent()}, user="openid", status=200, ids=["{b}"], **N)),
    sentence(
        "without RESTRICT_BY_SCOPES every user may do everything",
        GET("/agents", query={"agent": agent()}, user="lms", status=200),
        PUT("/activities/state", b"x", user="lms", status=204, headers={"Content-Type": "text/plain"},
            query={"activityId": "http://a.org", "stateId": "s", "agent": agent()})),
    sentence(
        "a hostile target is a place like any other, kept apart from all others",
        *[step for i in range(len(HOSTILE)) for step in kept_apart(i)]),
    sentence(
        "a cursor of one target shows nothing of it in another",
        POST("/statements", [statement("{a}"), statement("{b}")], user="hostile-0", status=200, **N),
        POST("/statements", [statement("{c}")], user="hostile-1", status=200, **N),
        GET("/statements", query={"agent": agent(), "limit": "1"}, user="hostile-0", status=200, ids=["{b}"],
            check=lambda a, n: n.update(more=a.json["more"]), **N),
        GET("{more}", user="hostile-1", status=200, check=lambda a, n: None if n["a"] not in str(a.body) else (
            _ for _ in ()).throw(Failure("the other's statement")), **N),
        GET("{more}", user="hostile-0", status=200, ids=["{a}"], **N)),
    sentence(
        "heartbeats need no credentials, whoami does",
        GET("/__heartbeat__", user=None, status=200, json={"database": "ok"}, **N),
        GET("/__lbheartbeat__", user=None, status=200, body_is=b"null", **N),
        GET("/whoami", user=None, status=401, json=INVALID, **N)),
]
