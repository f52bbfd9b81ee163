#!/usr/bin/env python3
"""The curl lines of README.md, run as they stand but for the port."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "api"))

import lectern


def main():
    with open(os.path.join(lectern.ROOT, "README.md")) as file:
        block = re.search(r"```bash\n(.*?)```", file.read(), re.S)[1]
    commands = [c for c in re.split(r"\n\n", block) if c.startswith("curl")]
    assert len(commands) == 2, commands
    with lectern.Server() as server:
        ids, listed = [
            json.loads(subprocess.run(["bash", "-c", command.replace("localhost:8100", f"localhost:{server.port}")],
                                      capture_output=True, text=True, check=True).stdout) for command in commands]
    assert [s["id"] for s in listed["statements"]] == ids, (ids, listed)
    print("what the README tells to type works")


if __name__ == "__main__":
    sys.exit(main())
