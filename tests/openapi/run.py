#!/usr/bin/env python3
"""Holds openapi.json against the server: the document is valid, its examples fit its schemas and are
taken, and schemathesis finds nothing. What these need comes from PyPI once, into ~/.cache/lectern.

    run.py           what CI runs, about a minute
    run.py --long    every variation of every member, many minutes"""

import fcntl
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "api"))
import lectern

# All variations of these take minutes: statements have so many members, and the three kinds of
# documents are one code.
LONG = ["postStatements", "putStatement"] + [method + kind for kind in ("AgentProfile", "ActivityProfile")
                                             for method in ("get", "put", "post", "delete")]


def environment():
    """A Python that has the packages of requirements.txt; made anew when these change."""
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "lectern", "openapi")
    os.makedirs(cache, exist_ok=True)
    wanted = os.path.join(HERE, "requirements.txt")
    made = os.path.join(cache, "requirements.txt")
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may start at once
        if not os.path.exists(made) or open(made).read() != open(wanted).read():
            subprocess.run([sys.executable, "-m", "venv", "--clear", os.path.join(cache, "venv")], check=True)
            subprocess.run([os.path.join(cache, "venv", "bin", "pip"), "install", "--quiet", "--disable-pip-version-check",
                            "-r", wanted], check=True)
            with open(made, "w") as out:
                out.write(open(wanted).read())
    return os.path.join(cache, "venv", "bin")


def trimmed(document):
    """Without what has no end, and without the alternate syntax: `method` and forms depend on each other (tests/api has them)."""
    del document["paths"]["/xAPI/extensions/tail"]  # whose answer has no end (tests/api/follow.py)
    post = document["paths"]["/xAPI/statements"]["post"]
    post["parameters"] = [one for one in post["parameters"] if not one["$ref"].endswith("/Method")]
    del post["requestBody"]["content"]["application/x-www-form-urlencoded"]
    return document


def schemathesis(tools, server, document, *options):
    for name in ("schemathesis.toml", "hooks.py"):  # it writes beside them
        shutil.copy(os.path.join(HERE, name), server.app_dir)
    command = [os.path.join(tools, "st"), "--config-file", "schemathesis.toml", "run", document,
               "--url", f"http://127.0.0.1:{server.port}", "--auth", "janedoe:supersecret",
               "-H", "X-Experience-API-Version: 2.0.0", "--checks", "all", "--exclude-checks", "positive_data_acceptance",
               "--suppress-health-check", "all",  # they are about its own pace, which a busy machine slows
               *options]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=server.app_dir)
    print(ended.stdout[-20000:] if ended.returncode else ended.stdout[-600:])
    if ended.returncode:
        print(ended.stderr[-5000:])
    return ended.returncode == 0


def main():
    tools = environment()
    excluded = [option for name in LONG for option in ("--exclude-operation-id", name)]
    included = [option for name in LONG for option in ("--include-operation-id", name)]
    with lectern.Server(backend="memory") as server:
        document = server.call("GET", "/openapi.json").json
        path = os.path.join(server.app_dir, "openapi.json")
        with open(path, "w") as out:
            json.dump(document, out)
        checks = [subprocess.run([os.path.join(tools, "python"), os.path.join(HERE, script), path, str(server.port)]).returncode == 0
                  for script in ("check_document.py", "send_examples.py")]
        with open(path, "w") as out:
            json.dump(trimmed(document), out)
        if "--long" in sys.argv:
            checks.append(schemathesis(tools, server, path, "-n", "100"))
        else:
            checks.append(schemathesis(tools, server, path, "--phases", "coverage", *excluded))
            checks.append(schemathesis(tools, server, path, "--phases", "fuzzing", "-n", "5", *included))
    print(f"{sum(checks)} passed, {len(checks) - sum(checks)} failed")
    return 0 if all(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
