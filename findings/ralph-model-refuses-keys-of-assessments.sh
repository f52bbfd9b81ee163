#!/usr/bin/env bash
# Open edX names an assessment by peers block-v1:ORG+COURSE+RUN+type@openassessment+block@HEX, with a plus
# before each part.
# Expected: the models of Ralph for such events take that key. What happens: the pattern of item_id leaves the
# plus in front of block@ unescaped, where it repeats the letter before it, so that every key of a real course is
# refused, and one that no course has, openassessmentblock@ without the plus, is taken.
# Seen with ralph-malph 5.1.0 and pydantic 2.14.4. Met by whoever validates or converts an archive of Open edX
# events by these models: the events on submissions to be assessed are missing from what comes out.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q 'ralph-malph[cli,lrs]==5.1.0' pydantic==2.14.4

want='peer type@openassessment+block@ refused
peer type@openassessmentblock@ taken
staff type@openassessment+block@ refused
staff type@openassessmentblock@ taken'
got=$("$dir/venv/bin/python" - <<'PY'
from pydantic import ValidationError
from ralph.models.edx.open_response_assessment.fields import events
course, block = "block-v1:Org+Course+2026+", "f" * 32
for who, model, more in (
    ("peer", events.ORAGetPeerSubmissionEventField, {"course_id": "course-v1:Org+C+1", "requesting_student_id": "a"}),
    ("staff", events.ORAGetSubmissionForStaffGradingEventField, {"requesting_staff_id": "a", "type": "full-grade"}),
):
    for kind in ("type@openassessment+block@", "type@openassessmentblock@"):
        try:
            model.model_validate({"item_id": course + kind + block, **more})
            print(who, kind, "taken")
        except ValidationError:
            print(who, kind, "refused")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
