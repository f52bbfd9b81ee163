#!/usr/bin/env python3
"""The files under deploy/ cannot be run everywhere, so they are parsed: compose files and chart values as YAML,
chart templates rendered as far as that goes, the settings they name looked up among those of `lectern config`."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))


def known_settings(environment):
    """The settings in effect there; a backend's own are among them only where they were given."""
    out = subprocess.run([BINARY, "config", "--json"], capture_output=True, text=True, check=True,
                         env={name: str(value) for name, value in environment.items()})
    return {one["name"]: one["value"] for one in json.loads(out.stdout)}


def rendered(text):
    """A template with its conditions taken as true and a word in place of its values: enough to be read as YAML."""
    text = re.sub(r"\{\{-? *else[^}]*\}\}.*?(?=\{\{-? *end)", "", text, flags=re.S)
    text = re.sub(r"^ *\{\{-?[^}]*(if|end|range|with)\b[^}]*\}\} *\n", "", text, flags=re.M)
    text = re.sub(r"^ *\{\{- *(include|toYaml)[^}]*\}\} *\n", "    x: x\n", text, flags=re.M)
    text = re.sub(r"\{\{-? *include[^}]*\| *nindent[^}]*\}\}", "{x: x}", text)
    return re.sub(r"\{\{[^}]*\}\}", "x", text)


def check_templates(paths, values):
    kinds = set()
    for path in paths:
        with open(path) as file:
            text = file.read()
        for reference in re.findall(r"\.Values\.([\w.]+)", text):
            at = values
            for step in reference.split("."):
                assert step in at, f"{path}: .Values.{reference} has no default"
                at = at[step]
        kinds.add(yaml.safe_load(rendered(text))["kind"])
        assert 'include "lectern.labels"' in text, f"{path}: has no labels"
    assert kinds == {"Deployment", "Service", "PersistentVolumeClaim", "Ingress", "ServiceMonitor",
                     "PodDisruptionBudget"}, kinds
    chart = os.path.join(ROOT, "deploy", "helm", "lectern")
    if not shutil.which("helm"):
        return
    for options in ([], ["--set", "authSecret=a,storage.enabled=false,replicas=2"],
                    ["--set", "ingress.enabled=true,ingress.tlsSecret=t,serviceMonitor.enabled=true,settingsSecret=s"]):
        out = subprocess.run(["helm", "template", "lrs", chart, *options], capture_output=True, text=True, check=True)
        pod = next(one for one in yaml.safe_load_all(out.stdout) if one["kind"] == "Deployment")["spec"]["template"]
        volumes = {one["name"] for one in pod["spec"]["volumes"]}
        mounts = {one["name"] for one in pod["spec"]["containers"][0]["volumeMounts"]}
        assert volumes == mounts, (options, volumes, mounts)
    subprocess.run(["helm", "lint", "--strict", chart], capture_output=True, check=True)


def check_healthcheck():
    """The container's probe finds the server on whichever port it listens; in a network of its own."""
    others = """import socket, time
kept = [socket.create_server(("127.0.0.11", port)) for port in range(8700, 8706)]
print(flush=True)
time.sleep(600)"""  # as Docker's own, which answers names there
    script = f"""ip link set lo up && cd "$(mktemp -d)" && {{
      exec 3< <(exec "{sys.executable}" -c '{others}'); others=$!; read -r <&3
      "{ROOT}/deploy/healthcheck" && exit 3
      "{BINARY}" runserver -b memory -p 8765 2> log & server=$!
      for _ in $(seq 200); do "{ROOT}/deploy/healthcheck" && break; sleep 0.05; done
      "{ROOT}/deploy/healthcheck"; status=$?; kill $server $others; wait $server; exit $status; }}"""
    if subprocess.run(["unshare", "-rn", "ip", "link"], capture_output=True).returncode != 0:
        return print("no network of one's own here: the probe of the container was not tried")
    done = subprocess.run(["unshare", "-rn", "bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, (done.returncode, done.stderr)


def check_units():
    """systemd reads its units without a complaint, and finds the service well shut in."""
    if not shutil.which("systemd-analyze"):
        return print("systemd is not here: its units were not read")
    with tempfile.TemporaryDirectory() as folder:
        for unit in glob.glob(os.path.join(ROOT, "deploy", "systemd", "lectern.s*")):
            with open(unit) as file:
                text = file.read().replace("/usr/bin/lectern", BINARY)
            with open(os.path.join(folder, os.path.basename(unit)), "w") as file:
                file.write(text)
        units = sorted(glob.glob(folder + "/*"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if "lectern" in line]
        assert not complaints, complaints
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=30", units[0]],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-500:]


def check_man_page():
    """It has every command of --help, in the words that stand there."""
    text = open(os.path.join(ROOT, "deploy", "man", "lectern.1")).read().replace("\\-", "-")
    out = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) {2,}(.+)$", out.split("Subcommands:")[1], re.M)
    assert commands
    for name, what in commands:
        words = what.split(";")[0]
        assert f".B {name}\n{words}" in text, f"lectern.1 lacks: {name}, {words}"


def main():
    for path in sorted(glob.glob(os.path.join(ROOT, "deploy", "compose", "*.yml"))):
        with open(path) as file:
            services = yaml.safe_load(file)["services"]
        lrs = services["lrs"]
        assert lrs["ports"] == ["8100:8100"], path
        known = known_settings(lrs["environment"])
        for name, value in lrs["environment"].items():
            assert known.get(name) == str(value), f"{path}: {name} is {known.get(name)}"
        assert lrs["build"] == services["user"]["build"], path
    check_healthcheck()
    check_man_page()
    check_units()
    chart = os.path.join(ROOT, "deploy", "helm", "lectern")
    with open(os.path.join(chart, "values.yaml")) as file:
        values = yaml.safe_load(file)
    known = known_settings(values["settings"])
    for name in values["settings"]:
        assert name in known, f"values.yaml: {name} is no setting"
    check_templates(glob.glob(os.path.join(chart, "templates", "*.yaml")), values)
    with open(os.path.join(ROOT, "deploy", "Dockerfile")) as file:
        words = [line.split()[0] for line in file if line[:1].isalpha()]
    assert words.count("FROM") == 2 and {"USER", "HEALTHCHECK", "CMD"} <= set(words), words
    print("what deploy/ holds can be read, and names real settings")


if __name__ == "__main__":
    sys.exit(main())
