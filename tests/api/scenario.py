"""Scenarios: sentences about behaviour, each a list of requests and what must come back.

`{name}` in paths, bodies and expectations stands for a value that is fresh for each run of a
scenario: a UUID for every name, so that scenarios never meet each other's data.
"""

import copy
import json
import re
import uuid
from urllib.parse import quote

XAPI = "/xAPI"


class Step:
    def __init__(self, method, path, body=None, *, status, headers=None, user="janedoe",
                 password="supersecret", version="1.0.3", json=None, has=None, header=None, absent=None,
                 ids=None, body_is=None, check=None, query=None):
        self.__dict__.update(locals())
        del self.__dict__["self"]


def PUT(path, body=None, **kw):
    return Step("PUT", path, body, **kw)


def POST(path, body=None, **kw):
    return Step("POST", path, body, **kw)


def GET(path, **kw):
    return Step("GET", path, **kw)


def HEAD(path, **kw):
    return Step("HEAD", path, **kw)


def DELETE(path, **kw):
    return Step("DELETE", path, **kw)


class Scenario:
    def __init__(self, name, *steps, versions=("1.0.3", "2.0.0")):
        self.name, self.steps, self.versions = name, steps, versions


class Failure(Exception):
    pass


def fill(value, names):
    """Puts the run's values in place of `{name}`, everywhere in a structure."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda m: names.setdefault(m[1], str(uuid.uuid4())), value)
    if isinstance(value, list):
        return [fill(v, names) for v in value]
    if isinstance(value, dict):
        return {fill(k, names): fill(v, names) for k, v in value.items()}
    return value


def contains(actual, expected, path=""):
    """Whether everything in `expected` is in `actual`: objects may have more members."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            raise Failure(f"{path or 'the body'} is {actual!r}, not an object")
        for key, value in expected.items():
            if key not in actual:
                raise Failure(f"{path}/{key} is missing in {json.dumps(actual)[:800]}")
            contains(actual[key], value, f"{path}/{key}")
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            raise Failure(f"{path} is {json.dumps(actual)[:800]}, not {json.dumps(expected)[:800]}")
        for i, value in enumerate(expected):
            contains(actual[i], value, f"{path}/{i}")
    elif callable(expected):
        if not expected(actual):
            raise Failure(f"{path} is {actual!r}")
    elif actual != expected:
        raise Failure(f"{path} is {actual!r}, not {expected!r}")


def run_step(server, step, names, version):
    path = fill(step.path, names)
    if step.query:
        pairs = []
        for key, value in step.query.items():
            value = fill(value, names)
            pairs.append(key + "=" + quote(value if isinstance(value, str) else json.dumps(value), safe=""))
        path += "?" + "&".join(pairs)
    if path != "/" and not path.startswith(("/xAPI", "/__", "/who", "/metrics", "/docs", "/console", "/openapi", "/nowhere", "/lrs")):
        path = XAPI + path
    body = step.body(names) if callable(step.body) else fill(copy.deepcopy(step.body), names)
    answer = server.call(step.method, path, body, fill(step.headers or {}, names),
                         user=step.user, password=step.password,
                         version=version if step.version == "1.0.3" else step.version)
    where = f"{step.method} {path}"
    try:
        if answer.status != step.status:
            raise Failure(f"status {answer.status}, not {step.status}: {answer.body[:600]!r}")
        for name, pattern in (step.header or {}).items():
            value = answer.headers.get(name.lower())
            if value is None or not re.search(fill(pattern, names), value):
                raise Failure(f"header {name} is {value!r}, not {pattern!r}")
        for name in step.absent or ():
            if name.lower() in answer.headers:
                raise Failure(f"header {name} is there")
        if step.json is not None:
            contains(answer.json, fill(step.json, names))
        if step.has is not None and fill(step.has, names) not in answer.body.decode():
            raise Failure(f"{fill(step.has, names)!r} is not in {answer.body[:1500]!r}")
        if step.body_is is not None:
            expected = fill(step.body_is, names)
            expected = expected.encode() if isinstance(expected, str) else expected
            if answer.body != expected:
                raise Failure(f"the body is {answer.body[:600]!r}, not {expected[:600]!r}")
        if step.ids is not None:
            actual = [s["id"] for s in answer.json["statements"]]
            if actual != fill(step.ids, names):
                raise Failure(f"ids {actual}, not {fill(step.ids, names)}")
        if step.check is not None:
            step.check(answer, names)
    except Failure as failure:
        raise Failure(f"{where}: {failure}") from None
    except (ValueError, KeyError, TypeError) as odd:
        raise Failure(f"{where}: {odd!r} in {answer.body[:600]!r}") from None


def run(server, scenario, version):
    names = {}
    for step in scenario.steps:
        run_step(server, step, names, version)
