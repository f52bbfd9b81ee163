"""Who may read only their own does only that; and clients that write one document together."""

import hashlib
import json
import time
import urllib.parse

from harness import STATEMENTS, at_once, lectern, scenario, statement

STRICT = {"LECTERN_LRS_RESTRICT_BY_AUTHORITY": "true", "LECTERN_LRS_RESTRICT_BY_SCOPES": "true"}


def restricted(trial):
    users = [lectern.user("janedoe"), lectern.user("mine", scopes=("statements/write", "statements/read/mine"))]
    return trial.server(STRICT, users=users)


@scenario(peak_mib=160)
def voiding_what_one_may_not_read(trial):
    """A user who may read only their own can void no statement of another."""
    with restricted(trial) as server:
        hers = statement()
        assert server.call("POST", STATEMENTS, hers).status == 200
        answer = server.call("POST", STATEMENTS, statement(
            verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
            object={"objectType": "StatementRef", "id": hers["id"]}), user="mine")
        trial.note(f"the voiding statement: {answer.status}")
        trial.expect("hers is still read by her",
                     server.call("GET", f"{STATEMENTS}?statementId={hers['id']}").status == 200)
        trial.expect("hers is still listed", hers["id"] in
                     [s["id"] for s in server.call("GET", STATEMENTS).json["statements"]])


@scenario(peak_mib=160)
def probing_through_references(trial):
    """A reference of one's own to another's statement tells nothing of its verb, agent or activity."""
    with restricted(trial) as server:
        hers = statement(actor={"mbox": "mailto:secret@e.org"}, verb={"id": "http://e.org/secret-verb"},
                         object={"id": "http://e.org/secret-activity"})
        assert server.call("POST", STATEMENTS, hers).status == 200
        own = statement(object={"objectType": "StatementRef", "id": hers["id"]})
        before = statement(object={"objectType": "StatementRef", "id": (later := statement(
            verb={"id": "http://e.org/secret-verb"}))["id"]})
        for one in (own, before):
            assert server.call("POST", STATEMENTS, one, user="mine").status == 200
        assert server.call("POST", STATEMENTS, later).status == 200
        agent = urllib.parse.quote('{"mbox":"mailto:secret@e.org"}')
        for query in ("verb=http://e.org/secret-verb", f"agent={agent}", "activity=http://e.org/secret-activity",
                      f"agent={agent}&related_agents=true"):
            listed = server.call("GET", f"{STATEMENTS}?{query}", user="mine").json["statements"]
            trial.expect(f"?{query[:20]} finds none of their own", not listed, listed)
        both = server.call("GET", f"{STATEMENTS}?verb=http://e.org/secret-verb").json["statements"]
        trial.expect("who may read all finds the referring ones too", len(both) == 4, len(both))
        page = server.call("GET", STATEMENTS, user="mine").json["statements"]
        trial.expect("their own are listed", {s["id"] for s in page} == {own["id"], before["id"]}, len(page))


@scenario(peak_mib=160)
def attachments_of_others(trial):
    """Naming the hash of another's attachment in one's own statement does not fetch it."""
    with restricted(trial) as server:
        content = b"her private words"
        sha2 = hashlib.sha256(content).hexdigest()
        attachment = {"usageType": "http://e.org/u", "display": {"en": "x"}, "sha2": sha2, "length": len(content),
                      "contentType": "text/plain"}
        hers = statement(attachments=[attachment])
        body = (b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(hers).encode() +
                b"\r\n--bound\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
                b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--bound--\r\n")
        answer = server.call("POST", STATEMENTS, body, headers={"Content-Type": "multipart/mixed; boundary=bound"})
        assert answer.status == 200, answer
        own = statement(attachments=[{**attachment, "fileUrl": "http://e.org/f"}])
        server.call("POST", STATEMENTS, own, user="mine")
        read = server.call("GET", f"{STATEMENTS}?statementId={own['id']}&attachments=true", user="mine")
        trial.expect("her words are not in it", content not in read.body, read)
        read = server.call("GET", f"{STATEMENTS}?statementId={hers['id']}&attachments=true")
        trial.expect("she reads them herself", content in read.body, read.status)


@scenario(peak_mib=160)
def merging_one_document(trial):
    """24 clients that merge into one document without If-Match lose nothing and are not put off for long."""
    with trial.server() as server:
        at = ("/xAPI/activities/state?activityId=http://e.org/a&stateId=s&agent=" +
              urllib.parse.quote('{"mbox":"mailto:a@e.org"}'))

        def merge(i):
            statuses = []
            for n in range(10):
                for _ in range(20):
                    statuses.append(server.call("POST", at, {f"k{i}-{n}": n}).status)
                    if statuses[-1] == 204:
                        break
                    time.sleep(0.02)
            return statuses

        statuses = sum(at_once(24, merge), [])
        told = server.call("GET", at).json
        trial.note(f"{statuses.count(503)} of {len(statuses)} were told 503")
        trial.expect("nothing is lost", len(told) == 240, len(told))
        trial.expect("at most one in 20 is told 503", statuses.count(503) * 20 <= len(statuses), statuses.count(503))
