#!/usr/bin/env python3
"""Every metric and label that deploy/'s alert rules and dashboard speak of is one that a running server tells."""

import json
import os
import re
import shutil
import subprocess
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "api"))

import lectern

DEPLOY = os.path.join(lectern.ROOT, "deploy")
RULES = os.path.join(DEPLOY, "prometheus", "lectern.rules.yml")
OF_PROMETHEUS = {"instance", "job", "le"}  # labels that come with scraping, or with histograms
METRIC = r"\b((?:lectern|process)_\w+)(?:\{([^}]*)\})?"


def told_by(server):
    """The names of /metrics with the labels that each has."""
    told = {}
    for line in server.call("GET", "/metrics", user=None).body.decode().splitlines():
        if not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            told.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
    return told


def check(where, expression, told):
    used = re.findall(METRIC, expression)
    names = {name for name, _ in used}
    assert names or expression.startswith("up{"), f"{where}: names no metric: {expression}"
    assert names <= set(told), f"{where}: not in /metrics: {names - set(told)}"
    known = set().union(OF_PROMETHEUS, *(told[name] for name in names))
    for name, selector in used:
        selected = set(re.findall(r"(\w+) *[=!]", selector))
        assert selected <= told[name] | OF_PROMETHEUS, f"{where}: {name} has no label {selected - told[name]}"
    for grouping in re.findall(r"by \(([^)]*)\)", expression):
        assert set(re.split(r", *", grouping)) <= known, f"{where}: by ({grouping})"
    return known


def check_rules(told):
    with open(RULES) as file:
        rules = [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
    with open(os.path.join(lectern.ROOT, "docs", "operations.md")) as file:
        operations = file.read()
    for rule in rules:
        known = check(rule["alert"], rule["expr"], told)
        named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert named <= known, f"{rule['alert']}: its summary names {named - known}"
        assert f"`{rule['alert']}`" in operations, f"docs/operations.md does not say what to do at {rule['alert']}"
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "rules", RULES], check=True, capture_output=True)
    return len(rules)


def check_dashboard(told):
    with open(os.path.join(DEPLOY, "grafana", "lectern.json")) as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            known = check(panel["title"], target["expr"], told)
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert named <= known, f"{panel['title']}: its legend names {named - known}"
    for variable in dashboard["templating"]["list"]:
        for name in re.findall(r"label_values\((\w+)", json.dumps(variable)):
            assert name in told, name
    return len(dashboard["panels"])


def main():
    nowhere = f"http://127.0.0.1:{lectern.free_port()}"
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": nowhere, "RALPH_XAPI_FORWARDINGS": json.dumps([{
        "url": nowhere + "/xAPI", "is_active": True, "basic_username": "a", "basic_password": "b", "max_retries": 1,
        "timeout": 1}])}
    with lectern.Server(settings, backend="embedded") as server:
        server.call("GET", "/xAPI/statements")
        server.call("GET", "/xAPI/statements", password="wrong")
        told = told_by(server)
    print(f"{check_rules(told)} alert rules and {check_dashboard(told)} panels name what /metrics tells")


if __name__ == "__main__":
    sys.exit(main())
