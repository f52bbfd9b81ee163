#!/usr/bin/env bash
# edx-event-routing-backends, which makes Open edX's xAPI statements, converts the answer to a problem that has
# several questions, and a started exam. Expected: objects of a type that xAPI has, and activities whose id is an IRI.
# What happens: the object has the objectType GroupActivity, which no version of xAPI knows, also as the parent of the
# statements of its questions; the attempt at an exam has a bare UUID as id. An LRS that keeps to the standard answers
# 400, to the whole batch: these are 1.0.3 (and 2.0) Data 2.4.4 and 2.4.4.1.
# Seen with edx-event-routing-backends 9.3.8; the code of 10.1.0 is the same. In a statement that is to be stored
# GroupActivity becomes Activity, and the bare UUID urn:uuid:.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q edx-event-routing-backends==9.3.8

want='problem: GroupActivity
its question, within: GroupActivity
exam, attempt: 438AD672-DE2C-4F0B-8876-35444E7DD746'
got=$("$dir/venv/bin/python" - 2> /dev/null <<'PY'
import json, logging
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "event_routing_backends"],
                   LMS_ROOT_URL="https://campus.example", XAPI_AGENT_IFI_TYPE="external_id", SECRET_KEY="none",
                   EVENT_TRACKING_ENABLED=True, EVENT_TRACKING_BACKENDS={})
logging.disable(logging.CRITICAL)
django.setup()
from event_routing_backends.processors.xapi import transformer
from event_routing_backends.processors.xapi.registry import XApiTransformersRegistry
transformer.get_anonymous_user_id = lambda user, kind: "32e08e30-f8ae-4ce2-94a8-c2bfe38a70cb"
transformer.get_course_from_id = lambda key: {"display_name": "Loops"}


def made_of(name, data):
    event = {"name": name, "username": "ada", "referer": "https://campus.example/", "event_source": "server",
             "context": {"course_id": "course-v1:A+B+C", "user_id": 5}, "timestamp": "2026-11-24T09:13:00+00:00",
             "data": data, "event": data}
    made = XApiTransformersRegistry.get_transformer(event).transform()
    return [json.loads(one.to_json()) for one in (made if isinstance(made, list) else [made])]


question = {"question": "?", "answer": "a", "response_type": "stringresponse", "correct": True}
problem = made_of("problem_check", {"problem_id": "block-v1:A+B+C+type@problem+block@p", "grade": 1, "max_grade": 2,
                                    "submission": {"p_2_1": question, "p_3_1": question}})
print("problem:", problem[0]["object"]["objectType"])
print("its question, within:", problem[1]["context"]["contextActivities"]["parent"][0]["objectType"])
exam = made_of("edx.special_exam.timed.attempt.created", {
    "exam_content_id": "block-v1:A+B+C+type@sequential+block@x", "exam_name": "Midterm",
    "attempt_code": "438AD672-DE2C-4F0B-8876-35444E7DD746"})
print("exam, attempt:", exam[0]["context"]["contextActivities"]["grouping"][0]["id"])
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
