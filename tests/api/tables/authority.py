"""RESTRICT_BY_AUTHORITY alone, scopes as they are by default: everyone sees the own statements only, whatever is asked.
What that means for voiding, references, attachments, persons and definitions: docs/security.md."""

import lectern
from scenario import GET, POST, PUT, Failure, Scenario
from statements import activity, agent, reference, statement, verb, voiding
from tables.attachments import MIXED, TEXT, attachment, has_content_once, mixed, part

SETTINGS = {"LECTERN_LRS_RESTRICT_BY_AUTHORITY": "true"}
USERS = [lectern.user("ann", ["all"]), lectern.user("bob", ["statements/write", "statements/read/mine"]),
         lectern.user("reader", ["statements/read"])]



def has_no(text):
    def check(answer, names):
        if text.encode() in answer.body:
            raise Failure(f"{text!r} is in {answer.body!r}")
    return check


def has_no_content(answer, names):
    if TEXT in answer.body or answer.body.count(b"X-Experience-API-Hash") > 0:
        raise Failure(f"the content is in {answer.body!r}")


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
    Scenario(
        "nobody voids the statements of others, and nobody learns whether they exist",
        POST("/statements", [statement("{a}"), statement("{b}")], user="ann", status=200),
        POST("/statements", [voiding("{a}")], user="bob", status=403, json={"rule": "Data 2.3.2"},
             has="only statements that are stored with their own authority; {a} is not one of them"),
        POST("/statements", [voiding("{unknown}")], user="bob", status=403,
             has="only statements that are stored with their own authority; {unknown} is not one of them"),
        PUT("/statements?statementId={v}", voiding("{a}"), user="bob", status=403),
        POST("/statements?partialSuccess=true", [statement("{c}"), voiding("{a}")], user="bob", status=403),
        GET("/statements?statementId={c}", user="bob", status=404),
        GET("/statements?statementId={a}", user="ann", status=200),
        POST("/statements", [voiding("{a}")], user="ann", status=200),
        GET("/statements?voidedStatementId={a}", user="ann", status=200)),
    Scenario(
        "the own statements are voided, also in the request that brings them",
        POST("/statements", [statement("{a}"), voiding("{a}")], user="bob", status=200),
        GET("/statements?voidedStatementId={a}", user="bob", status=200),
        POST("/statements", [statement("{b}")], user="bob", status=200),
        PUT("/statements?statementId={v}", voiding("{b}"), user="bob", status=204),
        GET("/statements?voidedStatementId={b}", user="bob", status=200)),
    Scenario(
        "a reference to a statement of others takes nothing over from it",
        POST("/statements", [statement("{a}", actor=agent("{secret}"), verb=verb("passed"))], user="ann", status=200),
        POST("/statements", [statement("{r}", object=reference("{a}"), actor=agent("{own}")),
                             statement("{s}", object=reference("{r}"), actor=agent("{own}"), verb=verb("failed"))],
             user="bob", status=200),
        GET("/statements", query={"agent": agent("{secret}")}, user="bob", status=200, ids=[]),
        GET("/statements", query={"agent": agent("{secret}"), "related_agents": "true"}, user="bob", status=200, ids=[]),
        GET("/statements", query={"agent": agent("{secret}"), "verb": verb("passed")["id"]}, user="bob", status=200, ids=[]),
        GET("/statements", query={"activity": activity()["id"]}, user="bob", status=200, ids=[]),
        GET("/statements", query={"agent": agent("{own}"), "verb": verb()["id"]}, user="bob", status=200,
            ids=["{s}", "{r}"])),
    Scenario(
        "a reference to an own statement takes over what it always does",
        POST("/statements", [statement("{a}", actor=agent("{x}"))], user="bob", status=200),
        POST("/statements", [statement("{r}", object=reference("{a}"), actor=agent("{y}"))], user="bob", status=200),
        GET("/statements", query={"agent": agent("{x}")}, user="bob", status=200, ids=["{r}", "{a}"])),
    Scenario(
        "whoever knows a hash does not get the attachment of others",
        POST("/statements", mixed([statement("{a}", attachments=[attachment()])], part()), headers=MIXED, user="ann",
             status=200),
        GET("/statements?statementId={a}&attachments=true", user="ann", status=200, check=has_content_once),
        POST("/statements", [statement("{b}", attachments=[attachment(fileUrl="https://example.org/f")])], user="bob",
             status=200),
        GET("/statements?statementId={b}&attachments=true", user="bob", status=200, check=has_no_content),
        GET("/statements", query={"agent": agent(), "attachments": "true"}, user="bob", status=200, check=has_no_content),
        POST("/statements", [statement("{c}", attachments=[attachment()])], user="bob", status=400),
        POST("/statements", mixed([statement("{c}", attachments=[attachment()])], part()), headers=MIXED, user="bob",
             status=200),
        GET("/statements?statementId={c}&attachments=true", user="bob", status=200, check=has_content_once)),
    Scenario(
        "a Person has the names of the own statements only",
        POST("/statements", [statement(actor={**agent("{who}"), "name": "Told By Ann"})], user="ann", status=200),
        GET("/agents", query={"agent": agent("{who}")}, user="bob", status=200, check=has_no("Told By Ann")),
        POST("/statements", [statement(actor={**agent("{who}"), "name": "Told By Bob"}),
                             statement(object={**agent("{who}"), "name": "Or So"})], user="bob", status=200),
        GET("/agents", query={"agent": agent("{who}")}, user="bob", status=200, json={"name": ["Told By Bob", "Or So"]}),
        GET("/agents", query={"agent": agent("{who}")}, user="ann", status=200, json={"name": ["Told By Ann"]})),
    Scenario(
        "a definition is what the own statements say",
        POST("/statements", [statement("{a}", object=activity(definition={"name": {"en": "By Ann"}}))], user="ann",
             status=200),
        GET("/activities", query={"activityId": activity()["id"]}, user="bob", status=200, check=has_no("By Ann")),
        POST("/statements", [statement("{b}"), statement("{r}", object=reference("{a}"))], user="bob", status=200),
        GET("/activities", query={"activityId": activity()["id"]}, user="bob", status=200, check=has_no("By Ann")),
        GET("/statements?statementId={b}&format=canonical", user="bob", status=200, check=has_no("By Ann")),
        POST("/statements", [statement(object=activity(definition={"name": {"en": "By Bob"}}))], user="bob", status=200),
        GET("/activities", query={"activityId": activity()["id"]}, user="bob", status=200,
            json={"definition": {"name": {"en": "By Bob"}}}),
        GET("/activities", query={"activityId": activity()["id"]}, user="ann", status=200,
            json={"definition": {"name": {"en": "By Ann"}}})),
]
