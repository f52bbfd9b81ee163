#!/usr/bin/env python3
"""The commands of README.md, run as they stand but for the port, with the program that was built on the path."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "api"))

import lectern


def commands_of(readme):
    """Those of each block of bash, which blank lines part."""
    blocks = re.findall(r"```bash\n(.*?)```", readme, re.S)
    return [[command.strip() for command in block.split("\n\n") if command.strip()] for block in blocks]


def check_first_screen(readme):
    """What it is, a picture and one command stand within the first 30 lines."""
    first = readme.split("\n")[:30]
    picture = next(re.search(r"!\[.+\]\((\S+)\)", line) for line in first if line.startswith("!["))
    with open(os.path.join(lectern.ROOT, picture[1])) as file:
        assert "prefers-color-scheme: dark" in file.read()
    assert "    bin/run" in first, first


def run(command, server):
    environment = {**server.environment(), "LECTERN_RUNSERVER_PORT": str(server.port)}
    command = command.replace("localhost:8100", f"localhost:{server.port}")
    command = command.replace("~/lectern-backup", server.app_dir + "/backup")
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, cwd=lectern.ROOT)
    assert done.returncode == 0, (command, done)
    return done.stdout


def main():
    with open(os.path.join(lectern.ROOT, "README.md")) as file:
        readme = file.read()
    check_first_screen(readme)
    statements, commands = commands_of(readme)
    assert commands[0] == 'export PATH="$PWD/build/release:$PATH"', commands
    path = f'PATH="{os.path.dirname(lectern.BINARY)}:$PATH"; '
    with lectern.Server(backend="embedded") as server:
        ids, listed = [json.loads(run(command, server)) for command in statements]
        assert [s["id"] for s in listed["statements"]] == ids, (ids, listed)
        printed = {command.split()[1]: run(path + command, server) for command in commands[1:]}
        assert re.fullmatch(r"[A-Za-z0-9]{24}\n", printed["user"]), "no password: " + printed["user"]
        assert re.search(r"\d+ passed, 0 failed", printed["conformance"]), printed
        assert printed["read"] == "1\n", printed["read"]
        assert set(printed) == {"user", "config", "backup", "verify", "forward", "read", "conformance"}, printed
    print(f"what the README tells to type works: {len(statements) + len(commands)} commands")


if __name__ == "__main__":
    sys.exit(main())
