"""Statements as Open edX sends them, also those that break the letter of xAPI."""

import uuid

VERB = "http://adlnet.gov/expapi/verbs/evaluated"
ATTEMPT = "http://id.tincanapi.com/extension/attempt-id"
COURSE = "http://localhost:18000/course/course-v1:edX+DemoX+Demo"


def statement(number, attempt=1):
    month = number % 15
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"aspects-{number}")),
        "actor": {"objectType": "Agent", "account": {
            "name": str(uuid.UUID(int=number % 40)), "homePage": "http://localhost:18000"}},
        "verb": {"id": VERB, "display": {"en": "evaluated"}},
        "object": {"objectType": "Activity", "id": f"{COURSE}/problem/{number % 25}", "definition": {
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
            "extensions": {ATTEMPT: attempt}}},
        "result": {"success": True, "score": {"min": 0.0, "max": 10.0, "raw": 7.5, "scaled": 0.75}},
        "context": {"contextActivities": {"parent": [{
            "id": COURSE, "objectType": "Activity", "definition": {
                "name": {"en-US": "Demonstration Course"},
                "type": "http://adlnet.gov/expapi/activities/course"}}]}},
        "timestamp": f"{2024 + month // 12}-{month % 12 + 1:02}-03T06:32:11.{number:06}Z",
    }


def score(**score):
    def change(one):
        one["result"]["score"] = score
    return change


def link(iri):
    def change(one):
        one["object"]["id"] = iri
    return change


def names(tag):
    def change(one):
        one["object"]["definition"]["name"] = {tag: "name"}
    return change


def grouping(iri):
    def change(one):
        one["context"]["contextActivities"]["grouping"] = [{"objectType": "Activity", "id": iri}]
    return change


ODD = {
    "nothing to gain": score(min=0.0, max=0.0, raw=0.0, scaled=0.0),
    "bonus points": score(min=0.0, max=10.0, raw=12.0, scaled=1.2),
    "brackets in a link": link("https://x.example.org/?ids[]=1"),
    "a bar in a link": link("https://x.example.org/?a=x|y"),
    "braces in a link": link("https://x.example.org/?q={a}"),
    "half an escape": link("https://x.example.org/a%2"),
    "two fragments": link("https://x.example.org/#a#b"),
    "a script as a link": link("javascript:void(0)"),
    "a tag with _": names("zh_HANS"),
    "an id without a scheme": grouping("8ae6a5ab-8d2d-4a3c-9c43-f5b3b8e7a0d0"),
}


def batches(first, count, size=100):
    """`count` batches of `size`, each with one odd statement, all odd ones in turn."""
    all_of_them = []
    changes = list(ODD.values())
    for n in range(count):
        batch = [statement(first + n * size + i) for i in range(size)]
        changes[n % len(changes)](batch[n % size])
        all_of_them.append(batch)
    return all_of_them
