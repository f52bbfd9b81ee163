#!/usr/bin/env python3
"""Holds the statements that we make of events against Ralph's, byte for byte.

    tests/models/conversions.py           against what conversions.txt has of Ralph's: a digest a line, or - for none
    tests/models/conversions.py --ralph   installs Ralph from PyPI, asks it, and compares the file too
    tests/models/conversions.py --write   ... and writes the file anew
"""

import hashlib
import json
import os
import sys

import models

NAMESPACE, PLATFORM = "ee241f8b-174f-5bdb-bae9-c09de5fe017f", "https://campus.example/"
ASK = """
import io, logging, sys
from ralph.models.converter import Converter
logging.disable(logging.CRITICAL)
converter = Converter(platform_url=sys.argv[2], uuid_namespace=sys.argv[1])
for line in sys.stdin:
    try:
        print(next(converter.convert(io.StringIO(line), False, False), "-"))
    except Exception:
        print("-")
"""
VIDEO = {"code": "html5", "id": "v1", "currentTime": 12.5, "old_time": 1, "new_time": 2.25, "type": "onSlideSeek"}
KINDS = [("browser", name, VIDEO) for name in ("load_video", "play_video", "pause_video", "stop_video", "seek_video")] + [
    ("browser", "page_close", "{}"), ("server", "/courses/x", {"GET": {}, "POST": {}}),
    ("server", "edx.course.enrollment.activated", {"course_id": "course-v1:ACME+C101+2026", "mode": "audit"}),
    ("server", "edx.course.enrollment.deactivated", {"course_id": "/course-v1:ACME+C101+2026//", "mode": "audit"}),
    ("browser", "problem_show", {"problem": "p"}), ("browser", "made_up", {})]
LEFT_OUT = "left out"
TRIED = {
    ("time",): [LEFT_OUT, None, "", "2026-11-24", "2026-11-24 09:13", "2026-11-24T09:13:00.1+05:30", "2026-11-24T09:13:00-0330",
                1700000000.5, 1700000000000, -1.5, "2026-11-24T09:13:00-00:00", "1700000000.123456789", "2026-11-24T09:13:00.0Z",
                "2026-11-24T09:13:00.1234567z", "2026-11-24_09:13:00,5Z", "yesterday", [], {}, 0, 20000000001],
    ("session",): [LEFT_OUT, None, "", "0123456789ABCDEF0123456789ABCDEF", "01234567-89ab-cdef-0123-456789abcdef", "x", 7,
                   "urn:uuid:01234567-89ab-cdef-0123-456789abcdef", "{01234567-89ab-cdef-0123-456789abcdef}"],
    ("agent",): [LEFT_OUT, None, "", 7, 7.5, True, [], "\u00e9 \"quoted\" \\ / \b \f \n \r \t \x01 \x1f \x7f \u2028 \U0001f600"],
    ("page",): [LEFT_OUT, None, "", "https://campus.example/\u00e9", "no url", 7, "https://a b/"],
    ("event_type",): [LEFT_OUT, None, "", "/other"],
    ("username",): [LEFT_OUT],
    ("context",): [LEFT_OUT, None, {}, [], "x"],
    ("context", "user_id"): [LEFT_OUT, None, "", 0, -3, "ada b", 5.0, 5.25, 1e22, True, False, 12345678901234567890123],
    ("context", "course_id"): [LEFT_OUT, None, "", 7, "course v1"],
    ("event",): [LEFT_OUT, None, "", {}, json.dumps(VIDEO), []],
    ("event", "id"): [LEFT_OUT, None, "", 7, "\u00e9", "a b", "a/b?c#d", "a#b#c"],
    ("event", "course_id"): [LEFT_OUT, None, "", 7, "a b", "///"],
    ("event", "currentTime"): [LEFT_OUT, None, "", -1, 0, 0.0, -0.0, 3, 1e15, 1e16, 123456789012345678, 1e-7, 1e-5, 0.0001, 1.5e-5,
                               0.1, 1e21, True, "2.5", " 3 ", "x", 1e300, "nan", [], 9999999999999998.0],
    ("event", "old_time"): [LEFT_OUT, 3.5], ("event", "new_time"): [LEFT_OUT, 1],
}


def events():
    for source, kind, event in KINDS:
        whole = {"username": "ada", "ip": "10.0.0.7", "agent": "Mozilla/5.0", "host": "campus.example", "referer": "",
                 "accept_language": "en", "context": {"course_id": "course-v1:ACME+C101+2026", "org_id": "ACME",
                                                      "path": kind, "user_id": 5},
                 "time": "2026-11-24T09:13:00.123456+00:00", "page": "https://campus.example/a", "event_source": source,
                 "session": "0123456789abcdef0123456789abcdef", "event_type": kind, "event": event}
        yield whole
        for path, values in TRIED.items():
            for value in values:
                changed = json.loads(json.dumps(whole))
                inner = changed[path[0]] if len(path) > 1 else changed
                if not isinstance(inner, dict):
                    continue
                if value == LEFT_OUT:
                    inner.pop(path[-1], None)
                else:
                    inner[path[-1]] = value
                yield changed


def main():
    made = [json.dumps(event, ensure_ascii=False) for event in events()]
    made = [text for text in dict.fromkeys(made)] + [text + " " for text in dict.fromkeys(made[:3])]
    text = "".join(event + "\n" for event in made)
    ours = models.asked([models.VERDICTS_BINARY, "convert", NAMESPACE, PLATFORM], text)
    digests = ["-" if one[0] != "{" else hashlib.sha256(one.encode()).hexdigest()[:12] for one in ours]
    path = os.path.join(models.HERE, "conversions.txt")
    theirs = None
    if "--ralph" in sys.argv or "--write" in sys.argv:
        theirs = models.asked([models.python_with_ralph(), "-c", ASK, NAMESPACE, PLATFORM], text)
        kept = ["-" if one == "-" else hashlib.sha256(one.encode()).hexdigest()[:12] for one in theirs]
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(one + "\n" for one in kept))
    with open(path, encoding="utf-8") as file:
        wanted = file.read().split("\n")[:-1]
    faults = [] if len(wanted) == len(made) else [f"{path}: made for other events"]
    for number, (event, digest, want) in enumerate(zip(made, digests, wanted)):
        if digest != want:
            faults.append(f"event {number}: {event}\n  ours   {ours[number]}\n  theirs {theirs[number] if theirs else want}")
    statements = sum(one != "-" for one in wanted)
    print(f"{len(made)} events, {statements} statements, {len(faults)} differences")
    print("\n".join(faults[:10]))
    return 1 if faults or statements < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
