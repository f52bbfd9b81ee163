"""What a valid user can send, and what it takes: memory in proportion, time not by the square."""

import base64
import hashlib
import json
import os
import time
import urllib.parse

from harness import MIB, STATEMENTS, at_once, packed, scenario, statement


def post_packed(server, target, body):
    return server.call("POST", target, body, headers={"Content-Type": "application/json",
                                                      "Content-Encoding": "gzip"}, timeout=120)


@scenario(peak_mib=1200)
def parsers_shrink_again(trial):
    """24 texts of 50 MB that are no JSON, one after the other, leave nothing behind in the workers."""
    bad = packed(b"[1 1," + b"[" * (50 * MIB))
    with trial.server() as server:
        for _ in range(24):
            answer = post_packed(server, STATEMENTS, bad)
            trial.expect("it is refused", answer.status in (400, 413), answer)
        # Each worker in turn works on a small text, as it does in life.
        at_once(32, lambda _: [server.call("POST", STATEMENTS, statement()) for _ in range(4)])
        time.sleep(1)
        trial.note(f"{server.rss_mib()} MiB afterwards")
        trial.expect("at most 300 MiB are kept", server.rss_mib() <= 300, server.rss_mib())


@scenario(peak_mib=350)
def many_small_values(trial):
    """40 MB of `[[],[],...]`, 100 KB zipped, take at most 5 times their size."""
    body = packed(b"[" + b"[]," * (13 * MIB) + b"[]]")
    with trial.server() as server:
        began = time.monotonic()
        answer = post_packed(server, STATEMENTS, body)
        trial.expect("it is refused", answer.status in (400, 413), answer)
        trial.within("the answer", time.monotonic() - began, 10)
        for resource in ("activities/state?activityId=http://e.org/a&stateId=s&agent={\"mbox\":\"mailto:a@e.org\"}",):
            answer = server.call("POST", "/xAPI/" + resource.replace("{", "%7B").replace("}", "%7D").replace('"', "%22"),
                                 packed(b'{"a":[' + b"[]," * (13 * MIB) + b"[]]}"),
                                 headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}, timeout=120)
            trial.note(f"as a document: {answer.status}")


@scenario(peak_mib=1000)
def many_statements_in_a_batch(trial):
    """A batch of 10,000 real statements is below every bound."""
    batch = [statement(result={"score": {"scaled": 0.5}, "success": True, "duration": "PT1S"},
                       context={"platform": "p", "contextActivities": {"parent": [{"id": f"http://e.org/{i % 50}"}]}})
             for i in range(10000)]
    with trial.server() as server:
        answer = server.call("POST", STATEMENTS, batch)
        trial.expect("it is stored", answer.status == 200 and len(answer.json) == 10000, answer.status)


@scenario(peak_mib=400, p99_ms=1000)
def many_refused_elements(trial):
    """80,000 elements that are no statements are told in linear time, and not one error each."""
    with trial.server() as server:
        def send(count, **more):
            began = time.monotonic()
            answer = server.call("POST", STATEMENTS + "?partialSuccess=true",
                                 b"[" + b",".join([b"1"] * count) + b"]",
                                 headers={"Content-Type": "application/json"}, timeout=120, **more)
            return answer, time.monotonic() - began

        answer, seconds = send(80000)
        trial.within("80,000 elements", seconds, 2)
        trial.expect("the answer is at most 1 MiB", len(answer.body) <= MIB, len(answer.body))
        good, bad = statement(), 1
        answer = server.call("POST", STATEMENTS + "?partialSuccess=true", [bad, good, bad])
        trial.expect("the good one among the bad is stored", good["id"] in answer.body.decode(), answer)
        with trial.good_user(server):
            began = time.monotonic()
            outcomes = at_once(34, lambda _: send(40000)[0].status)
            trial.expect("each is answered", not [o for o in outcomes if not isinstance(o, int)], outcomes)
            trial.within("34 of 40,000 at once", time.monotonic() - began, 15)


@scenario(peak_mib=400, p99_ms=1000)
def duplicate_keys_and_pointers(trial):
    """An object of a million keys, the last one twice, and a fault behind a million elements, are found in linear time."""
    with trial.server() as server, trial.good_user(server):
        keys = ",".join(f'"k{i}":1' for i in range(500000)) + ',"k0":2'
        # A fault in the last element of a long list within one statement: the pointer to it.
        others = [{"id": "http://e.org/a"}] * 50000 + [{"id": "no IRI"}]
        for what, body in (("500,000 keys", '{"x":{' + keys + "}}"),
                           ("50,000 activities", json.dumps(statement(context={"contextActivities": {"other": others}})))):
            began = time.monotonic()
            answer = server.call("POST", STATEMENTS, body, headers={"Content-Type": "application/json"}, timeout=120)
            trial.expect("it is refused", answer.status == 400, answer.status)
            trial.within(what, time.monotonic() - began, 5)


@scenario(peak_mib=400, p99_ms=1000)
def many_attachments(trial):
    """4,000 parts for 10,000 attachments are matched, and read again, in linear time."""
    contents = [b"%06d" % i for i in range(4000)]
    hashes = [hashlib.sha256(c).hexdigest() for c in contents]
    one = statement(attachments=[
        {"usageType": "http://e.org/u", "display": {"en": "x"}, "contentType": "text/plain", "length": 6,
         "sha2": hashes[i % 4000]} for i in range(10000)])
    body = [b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode()]
    body += [b"--bound\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " +
             sha2.encode() + b"\r\n\r\n" + content for content, sha2 in zip(contents[:4000 - 5], hashes)]
    missing = contents[4000 - 5:]
    body += [b"--bound\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " +
             hashlib.sha256(content).hexdigest().encode() + b"\r\n\r\n" + content for content in missing]
    with trial.server() as server, trial.good_user(server):
        began = time.monotonic()
        answer = server.call("POST", STATEMENTS, b"\r\n".join(body) + b"\r\n--bound--\r\n", timeout=120,
                             headers={"Content-Type": "multipart/mixed; boundary=bound"})
        trial.expect("it is stored or too large", answer.status in (200, 400, 413), answer.status)
        trial.note(f"answered {answer.status}")
        trial.within("writing", time.monotonic() - began, 15)
        if answer.status == 200:
            began = time.monotonic()
            answer = server.call("GET", f"{STATEMENTS}?statementId={one['id']}&attachments=true", timeout=120)
            trial.expect("it is read", answer.status == 200 and answer.body.count(b"X-Experience-API-Hash") == 4000,
                         answer.status)
            trial.within("reading", time.monotonic() - began, 15)


@scenario(peak_mib=500, p99_ms=1000)
def one_signature_of_many(trial):
    """2,000 statements that attach one signature of 27 MB, whose header is long, cost one look at it."""
    signed = {key: value for key, value in statement().items() if key != "id"}

    def part_of_jws(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    jws = b".".join((part_of_jws({"alg": "RS256", "x": "x" * (20 * MIB)}), part_of_jws(signed), b"c2ln"))
    sha2 = hashlib.sha256(jws).hexdigest()
    attachment = {"usageType": "http://adlnet.gov/expapi/attachments/signature", "display": {"en": "s"},
                  "contentType": "application/octet-stream", "length": len(jws), "sha2": sha2}
    batch = json.dumps([{**signed, "attachments": [attachment]} for _ in range(2000)]).encode()
    head = b"--b\r\nContent-Type: application/json\r\n\r\n"
    part = (b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
            b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n")
    body = packed(head + batch + part + jws + b"\r\n--b--")
    with trial.server() as server:
        with trial.good_user(server):
            began = time.monotonic()
            answer = server.call("POST", STATEMENTS, body, headers={"Content-Type": "multipart/mixed; boundary=b",
                                                                    "Content-Encoding": "gzip"}, timeout=120)
            trial.within("the answer", time.monotonic() - began, 15)
        trial.expect("they are stored", answer.status == 200 and len(answer.json) == 2000, answer)


@scenario(peak_mib=400, p99_ms=1000)
def growing_definitions(trial):
    """A definition that each statement adds to stops growing, and a statement on it stays cheap."""
    activity = "http://e.org/growing"
    with trial.server() as server, trial.good_user(server):
        for turn in range(8):
            names = {f"a{turn}{chr(97 + i // 26 % 26)}{chr(97 + i % 26)}-x{i}": "n" * 2000 for i in range(900)}
            answer = server.call("POST", STATEMENTS, statement(
                object={"id": activity, "definition": {"name": {"en": "x"},
                        "extensions": {f"http://e.org/{turn}/{k}": v for k, v in names.items()}}}))
            trial.expect("each is stored", answer.status == 200, answer)
        learned = server.call("GET", "/xAPI/activities?activityId=" + activity)
        trial.note(f"{len(learned.body) // 1024} KiB are told of it")
        trial.expect("at most 2 MiB are told of it (one statement's share)", len(learned.body) <= 2 * MIB,
                     len(learned.body))
        # Now names: each statement brings a new one.
        began = time.monotonic()

        def add(i):
            return server.call("POST", STATEMENTS, statement(object={"id": activity, "definition": {
                "name": {f"en-x-n{i}": "x"}}}), timeout=120).status

        statuses = at_once(24, add)
        trial.expect("each is stored", set(statuses) == {200}, statuses)
        trial.within("24 at once, each with a new name", time.monotonic() - began, 3)
        began = time.monotonic()
        page = server.call("GET", STATEMENTS + f"?activity={activity}&format=canonical&limit=50")
        trial.expect("a canonical page is told", page.status == 200, page.status)
        trial.within("a canonical page of it", time.monotonic() - began, 3)


@scenario(peak_mib=300)
def refused_attachments_leave_nothing(trial):
    """A batch that is refused keeps none of the attachments that came with it."""
    with trial.server() as server:
        one = statement()
        server.call("POST", STATEMENTS, one)

        def size():
            return sum(os.path.getsize(os.path.join(folder, name))
                       for folder, _, names in os.walk(server.app_dir) for name in names)

        before = size()
        for _ in range(8):
            content = os.urandom(8 * MIB)
            sha2 = hashlib.sha256(content).hexdigest()
            other = {**one, "verb": {"id": "http://e.org/another"}, "attachments": [
                {"usageType": "http://e.org/u", "display": {"en": "x"}, "sha2": sha2, "length": len(content),
                 "contentType": "application/octet-stream"}]}
            body = (b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(other).encode() +
                    b"\r\n--bound\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
                    b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--bound--\r\n")
            answer = server.call("POST", STATEMENTS, body, headers={"Content-Type": "multipart/mixed; boundary=bound"})
            trial.expect("it is a conflict", answer.status == 409, answer.status)
        grown, end = size() - before, time.monotonic() + 10
        while grown > 12 * MIB and time.monotonic() < end:
            time.sleep(0.5)
            grown = size() - before
        trial.note(f"the folder grew by {grown // MIB} MiB")
        trial.expect("the folder grows by at most 12 MiB", grown <= 12 * MIB, grown // MIB)


def small_server(trial):
    """300 MiB of memory for all requests, 24 MiB for one body."""
    return trial.server({"LECTERN_RUNSERVER_MEMORY_BYTES_MAX": str(300 * MIB),
                         "LECTERN_RUNSERVER_BODY_BYTES_MAX": str(24 * MIB)})


def state(server, method, name, body=None):
    agent = urllib.parse.quote('{"mbox":"mailto:a@e.org"}')
    return server.call(method, f"/xAPI/activities/state?activityId=http://e.org/a&stateId={name}&agent={agent}", body,
                       headers={"Content-Type": "application/json", "Content-Encoding": "gzip"} if body else {},
                       timeout=120)


def merge(server, name, member, mib):
    return state(server, "POST", name, packed(b'{"%s":"' % member.encode() + b"x" * (mib * MIB) + b'"}')).status


@scenario(peak_mib=400)
def merging_without_end(trial):
    """A document does not grow by merging beyond what a body may have."""
    with small_server(trial) as server:
        statuses = [merge(server, "one", "m" + str(i), 10) for i in range(3)]
        trial.expect("what would grow beyond a body is refused", statuses == [204, 204, 413], statuses)
        trial.expect("a member that fits is merged", merge(server, "one", "c", 0) == 204)


@scenario(peak_mib=450)
def large_documents_at_once(trial):
    """Documents of 20 MB that 24 clients read or merge into at once wait for memory, or get 503."""
    with small_server(trial) as server:
        statuses = [merge(server, "large" + str(i), "m", 20) for i in range(12)]
        trial.expect("each is stored", statuses == [204] * 12, statuses)

        def read_or_merge(i):
            name = "large" + str(i % 12)
            return merge(server, name, "n", 0) if i % 2 else state(server, "GET", name).status

        for _ in range(3):
            statuses = at_once(24, read_or_merge)
            trial.expect("each is served or told to come again", set(statuses) <= {200, 204, 503}, statuses)
            trial.expect("some are served", not set(statuses) <= {503}, statuses)
        trial.note(f"{sum(status != 503 for status in statuses)} of 24 served at once")
        status = state(server, "GET", "large0").status
        trial.expect("who is alone is served", status == 200, status)
