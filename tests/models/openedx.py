#!/usr/bin/env python3
"""Holds the statements that we make with --like openedx --exact against those of event-routing-backends.

    tests/models/openedx.py              against what openedx.txt has of its statements: a line a kind of event, of each
                                         one a digest, or - for none
    tests/models/openedx.py --original   installs it from PyPI, asks it, and compares the file too
    tests/models/openedx.py --write      ... and writes the file anew
    tests/models/openedx.py --fixtures FOLDER   asks it about the events of its own tests, in a checkout of it

Compared are JSON values; which release made a statement is left out of it.
"""

import glob
import hashlib
import itertools
import json
import os
import sys
import tempfile

import models
import openedx_events
import pypi

NAMESPACE, PLATFORM = "ee241f8b-174f-5bdb-bae9-c09de5fe017f", "https://campus.example"
RELEASE = "10.1.0" if sys.version_info >= (3, 12) else "9.3.8"  # they make the same statements
VERSION = "https://w3id.org/xapi/openedx/extension/transformer-version"
ASK = """
import json, logging, sys, uuid
import django
from django.conf import settings
space, platform = uuid.UUID(sys.argv[1]), sys.argv[2]
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "event_routing_backends"],
                   LMS_ROOT_URL=platform, XAPI_AGENT_IFI_TYPE="external_id", SECRET_KEY="none",
                   EVENT_TRACKING_ENABLED=True, EVENT_TRACKING_BACKENDS={})
logging.disable(logging.CRITICAL)
django.setup()
from event_routing_backends.management.commands.helpers.event_log_parser import parse_json_event
from event_routing_backends.processors.xapi import transformer
from event_routing_backends.processors.xapi.event_transformers import enrollment_events, grading_events
from event_routing_backends.processors.xapi.registry import XApiTransformersRegistry

def user(name, kind):
    if not name:
        raise ValueError("nobody")
    return str(uuid.uuid5(space, str(name)))

transformer.get_anonymous_user_id = user
for module in (transformer, enrollment_events, grading_events):
    module.get_course_from_id = lambda key: {"display_name": "Course " + key}
for line in sys.stdin:
    event = json.loads(line)
    if "event" in event:
        event = parse_json_event(line)
    try:
        made = XApiTransformersRegistry.get_transformer(event).transform()
        made = made if isinstance(made, list) else [made]
        made = [json.loads(one.to_json()) for one in made]
        if not all(one.get("object", {}).get("id") for one in made):
            made = None
    except Exception:
        made = None
    print(json.dumps(made) if made else "-")
"""


def comparable(value):
    """A value in which whole numbers are not told from others, nor releases from each other."""
    if isinstance(value, dict):
        return {key: comparable(part) for key, part in value.items() if key != VERSION}
    if isinstance(value, list):
        return [comparable(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def text_of(made):
    return "-" if made == "-" else json.dumps(comparable(made), sort_keys=True)


def digest_of(text):
    return text if text == "-" else hashlib.sha256(text.encode()).hexdigest()[:12]


def ask_ours(events):
    courses = {openedx_events.course_of(event) for event in events}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as known:
        json.dump({"courses": {key: "Course " + key for key in courses if key}}, known)
        known.flush()
        lines = models.asked([models.VERDICTS_BINARY, "openedx", NAMESPACE, PLATFORM, known.name],
                             "".join(json.dumps(event) + "\n" for event in events))
    return ["-" if line[0] != "{" else [json.loads(one) for one in line.split("\x1e")] for line in lines], lines


def ask_original(events):
    python = os.path.join(pypi.installed("event-routing-backends-" + RELEASE, "edx-event-routing-backends==" + RELEASE), "python")
    lines = models.asked([python, "-c", ASK, NAMESPACE, PLATFORM], "".join(json.dumps(event) + "\n" for event in events))
    return [line if line == "-" else json.loads(line) for line in lines]


def fixtures(folder):
    for path in sorted(glob.glob(os.path.join(folder, "event_routing_backends/processors/tests/fixtures/current/*.json"))):
        with open(path, encoding="utf-8") as file:
            yield json.load(file)


def main():
    folder = sys.argv[sys.argv.index("--fixtures") + 1] if "--fixtures" in sys.argv else ""
    events = list(fixtures(folder) if folder else openedx_events.events())
    ours, told = ask_ours(events)
    theirs = ask_original(events) if len(sys.argv) > 1 else None
    wanted = [text_of(one) for one in theirs] if theirs else None
    path = os.path.join(models.HERE, "openedx.txt")
    faults = []
    if not folder:
        digests = [digest_of(one) for one in wanted or []]
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                rest = iter(digests)
                file.writelines(" ".join(itertools.islice(rest, len(some))) + "\n" for some in openedx_events.by_kind())
        with open(path, encoding="utf-8") as file:
            kept = file.read().split()
        if len(kept) != len(events) or (wanted and digests != kept):
            faults.append(f"{path}: made for other events")
        compared = [digest_of(text_of(one)) for one in ours]
    else:
        kept, compared = wanted, [text_of(one) for one in ours]
    for number, (event, mine, want) in enumerate(zip(events, compared, kept)):
        if mine != want and not (want == "-" and not folder and openedx_events.is_given_up(event)):
            faults.append(f"event {number}: {json.dumps(event)}\n  ours   {told[number]}\n"
                          f"  theirs {text_of(theirs[number]) if theirs else want}")
    statements = sum(one != "-" for one in kept)
    print(f"{len(events)} events, {statements} that make statements, {len(faults)} differences")
    print("\n".join(faults[:10]))
    return 1 if faults or statements < len(events) / 4 else 0


if __name__ == "__main__":
    sys.exit(main())
