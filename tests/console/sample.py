"""What a small course leaves behind: learners who watch, answer and complete, in two languages, over some weeks. The
same statements each time, but for the day on which they end."""

import datetime
import hashlib
import random
import uuid

VERBS = {
    "attempted": ("http://adlnet.gov/expapi/verbs/attempted", {"en": "attempted", "de": "begann"}),
    "answered": ("http://adlnet.gov/expapi/verbs/answered", {"en": "answered", "de": "beantwortete"}),
    "played": ("https://w3id.org/xapi/video/verbs/played", {"en": "played", "de": "spielte"}),
    "completed": ("http://adlnet.gov/expapi/verbs/completed", {"en": "completed", "de": "schloss ab"}),
    "voided": ("http://adlnet.gov/expapi/verbs/voided", {"en": "voided"}),
}
TYPES = {"attempted": "http://adlnet.gov/expapi/activities/module", "answered": "http://adlnet.gov/expapi/activities/cmi.interaction",
         "played": "https://w3id.org/xapi/video/activity-type/video", "completed": "http://adlnet.gov/expapi/activities/module"}
COURSES = [("https://example.org/courses/soil", {"en": "Soil science", "de": "Bodenkunde"}),
           ("https://example.org/courses/trees", {"en": "Trees of the city", "de": "Stadtbäume"}),
           ("https://example.org/courses/water", {"en": "Clean water", "de": "Sauberes Wasser"})]
NAMES = ["Ann Miller", "Bela Novák", "Chidi Obi", "Dora Stein", "Émile Roux", "Farah Aziz", "Gus Berg", "Hana Sato", "İpek Kaya", "João Lima"]
PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f0005050201c1"
                      "5ea6f50000000049454e44ae426082")


def learner(number):
    name = NAMES[number % len(NAMES)]
    return {"objectType": "Agent", "name": name if number < len(NAMES) else f"{name} {number // len(NAMES) + 1}",
            "mbox": f"mailto:learner{number}@example.org"}


def activity(kind, course, number):
    base, names = course
    labels = {"attempted": ("Unit", "Einheit"), "completed": ("Unit", "Einheit"), "answered": ("Question", "Frage"), "played": ("Film", "Film")}[kind]
    noun = {"attempted": "unit", "completed": "unit", "answered": "question", "played": "film"}[kind]
    definition = {"type": TYPES[kind], "name": {"en": f"{labels[0]} {number}: {names['en']}", "de": f"{labels[1]} {number}: {names['de']}"}}
    if kind == "answered":
        definition.update(interactionType="choice", correctResponsesPattern=["clay"], choices=[
            {"id": one, "description": {"en": one.capitalize() + " soil"}} for one in ("clay", "sand", "loam", "peat")])
    return {"id": f"{base}/{noun}/{number}", "definition": definition}


def result(chance, kind, able):
    if kind == "answered":
        right = chance.random() < able
        return {"success": right, "score": {"scaled": round(min(1, max(0, chance.gauss(able + (0.15 if right else -0.3), 0.15))), 2)},
                "response": "clay" if right else chance.choice(["sand", "loam", "peat"]), "duration": f"PT{chance.randint(4, 90)}S"}
    if kind == "completed":
        return {"completion": True, "duration": f"PT{chance.randint(6, 50)}M"}
    return {"duration": f"PT{chance.randint(1, 12)}M{chance.randint(0, 59)}S"} if kind == "played" else None


def statements(count, learners=40, days=28, end=None):
    """`count` statements that end at `end` (now), oldest first."""
    chance = random.Random(20)
    end = end or datetime.datetime.now(datetime.timezone.utc)
    moments = sorted(end - datetime.timedelta(days=days * chance.random() ** 1.3, hours=chance.gauss(0, 3)) for _ in range(count))
    made = []
    for i, moment in enumerate(moments):
        number = int(learners * chance.random() ** 1.6)
        kind = chance.choices(["attempted", "answered", "played", "completed"], [3, 5, 4, 1])[0]
        course = chance.choices(COURSES, [5, 3, 2])[0]
        base, names = course
        one = {"id": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "actor": learner(number),
               "verb": {"id": VERBS[kind][0], "display": VERBS[kind][1]},
               "object": activity(kind, course, chance.randint(1, 9)), "timestamp": min(moment, end).isoformat(),
               "context": {"platform": "Moodle" if i % 3 else "Open edX", "language": "de" if number % 4 == 0 else "en",
                           "registration": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{base}/{number}")),
                           "contextActivities": {"parent": [{"id": base, "definition": {
                               "type": "http://adlnet.gov/expapi/activities/course", "name": names}}]}}}
        told = result(chance, kind, 0.35 + 0.6 * (number % 7) / 7)
        made.append({**one, "result": told} if told else one)
    return made


def with_attachment():
    """A statement with a picture, as a multipart body with its Content-Type."""
    one = {"id": str(uuid.UUID(int=7, version=4)), "actor": learner(0), "verb": {"id": VERBS["answered"][0], "display": VERBS["answered"][1]},
           "object": {"id": "https://example.org/essay", "definition": {"name": {"en": "Essay <b>about</b> clay"}}},
           "attachments": [{"usageType": "https://example.org/picture", "display": {"en": "A drawing"}, "contentType": "image/png",
                            "length": len(PIXEL), "sha2": hashlib.sha256(PIXEL).hexdigest()}]}
    import json
    head = b"--part\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode()
    tail = (f"\r\n--part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: "
            f"{one['attachments'][0]['sha2']}\r\n\r\n").encode() + PIXEL + b"\r\n--part--\r\n"
    return one["id"], head + tail, "multipart/mixed; boundary=part"
