#!/usr/bin/env python3
"""The files under deploy/ cannot be run everywhere, so they are parsed: compose files and chart values as YAML,
chart templates rendered as far as that goes, the settings they name looked up among those of `lectern config`."""

import glob
import json
import os
import re
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))


def known_settings(environment):
    """The settings in effect there; a backend's own are among them only where they were given."""
    out = subprocess.run([BINARY, "config", "--json"], capture_output=True, text=True, check=True,
                         env={name: str(value) for name, value in environment.items()})
    return {one["name"]: one["value"] for one in json.loads(out.stdout)}


def rendered(text, values):
    """A template with its conditions taken as true and its values put in: enough to be read as YAML."""
    text = re.sub(r"\{\{-? *(else)[^}]*\}\}.*?(?=\{\{-? *end)", "", text, flags=re.S)
    text = re.sub(r"\{\{-? *(if|end|range)[^}]*\}\}", "", text)
    return re.sub(r"\{\{[^}]*\}\}", "x", text)


def main():
    for path in sorted(glob.glob(os.path.join(ROOT, "deploy", "compose", "*.yml"))):
        with open(path) as file:
            services = yaml.safe_load(file)["services"]
        lrs = services["lrs"]
        assert lrs["ports"] == ["8100:8100"], path
        known = known_settings(lrs["environment"])
        for name, value in lrs["environment"].items():
            assert known.get(name) == str(value), f"{path}: {name} is {known.get(name)}"
    chart = os.path.join(ROOT, "deploy", "helm", "lectern")
    with open(os.path.join(chart, "values.yaml")) as file:
        values = yaml.safe_load(file)
    known = known_settings(values["settings"])
    for name in values["settings"]:
        assert name in known, f"values.yaml: {name} is no setting"
    kinds = set()
    for path in glob.glob(os.path.join(chart, "templates", "*.yaml")):
        with open(path) as file:
            text = file.read()
        for reference in re.findall(r"\.Values\.([\w.]+)", text):
            at = values
            for step in reference.split("."):
                assert step in at, f"{path}: .Values.{reference} has no default"
                at = at[step]
        kinds.add(yaml.safe_load(rendered(text, values))["kind"])
    assert kinds == {"Deployment", "Service", "PersistentVolumeClaim"}, kinds
    with open(os.path.join(ROOT, "deploy", "Dockerfile")) as file:
        words = [line.split()[0] for line in file if line[:1].isalpha()]
    assert words.count("FROM") == 2 and {"USER", "HEALTHCHECK", "CMD"} <= set(words), words
    print("what deploy/ holds can be read, and names real settings")


if __name__ == "__main__":
    sys.exit(main())
