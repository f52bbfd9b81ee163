#!/usr/bin/env python3
"""Runs `lectern conformance` against our own server: every check holds in both versions; and against one that
serves requests without version header, where exactly the check of that rule must fail."""

import json
import subprocess
import sys

import lectern


def run(server, *more):
    command = [lectern.BINARY, "conformance", f"http://127.0.0.1:{server.port}/xAPI/", "-u", "janedoe", "-p", "supersecret"]
    return subprocess.run(command + list(more), capture_output=True, text=True)


def main():
    with lectern.Server({"RALPH_LRS_REQUIRE_VERSION_HEADER": "true"}) as server:
        done = run(server)
        print(done.stdout.strip().split("\n")[-1])
        if done.returncode != 0:
            print(done.stdout, done.stderr)
            return 1
    with lectern.Server() as server:
        done = run(server, "--json")
        report = json.loads(done.stdout)
        failed = {c["id"] for c in report["checks"] if not c["passed"]}
        if done.returncode != 1 or failed != {"SRV-01"}:
            print(f"exit {done.returncode}, failed {failed}", done.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
