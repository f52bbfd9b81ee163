#!/usr/bin/env bash
# A learner who leaves a field empty gives the response "": xAPI takes any string, and only forbids null.
# Expected: the statement model of Ralph takes it. What happens: it refuses every empty string and every empty
# object outside extensions, such as an actor's name "" or an activity's definition {}, with the remark
# that statements hold no empty values. An empty array, however, passes.
# Seen with ralph-malph 5.1.0 and pydantic 2.14.4. Met by whoever validates statements by these models before
# an import: do not take a refusal for a broken rule of xAPI.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q 'ralph-malph[cli,lrs]==5.1.0' pydantic==2.14.4

want='result.response "" refused
actor.name "" refused
object.definition {} refused
contextActivities.parent [] taken'
got=$("$dir/venv/bin/python" - <<'PY'
from pydantic import ValidationError
from ralph.models.xapi.base.statements import BaseXapiStatement
actor, verb, thing = {"mbox": "mailto:a@example.com"}, {"id": "http://a.example/v"}, {"id": "http://a.example/o"}
plain = {"id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "actor": actor, "verb": verb, "object": thing}
for name, part in {
    'result.response ""': {"result": {"response": ""}},
    'actor.name ""': {"actor": {**actor, "name": ""}},
    "object.definition {}": {"object": {**thing, "definition": {}}},
    "contextActivities.parent []": {"context": {"contextActivities": {"parent": []}}},
}.items():
    try:
        BaseXapiStatement.model_validate({**plain, **part})
        print(name, "taken")
    except ValidationError:
        print(name, "refused")
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
