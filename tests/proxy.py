#!/usr/bin/env python3
"""deploy/nginx/lectern.conf, run by nginx as it stands but for addresses and files, in front of a Lectern. Skipped
where there is no nginx."""

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "api"))

import lectern

CONFIG = os.path.join(lectern.ROOT, "deploy", "nginx", "lectern.conf")


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                    f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"], check=True, capture_output=True)


class Proxy:
    def __init__(self, nginx, folder, upstream_port):
        self.port = lectern.free_port()
        self.folder = folder
        make_certificate(folder)
        with open(CONFIG) as file:
            site = file.read()
        site = site.replace("127.0.0.1:8100", f"127.0.0.1:{upstream_port}").replace("/etc/ssl/lrs", folder)
        site = site.replace("listen 443", f"listen 127.0.0.1:{self.port}")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
                       f"http {{ access_log {folder}/access.log; {temporary}\n{site}\n}}\n")
        self.process = subprocess.Popen([nginx, "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.PIPE)
        self.tls = ssl.create_default_context(cafile=f"{folder}/fullchain.pem")

    def call(self, method, path, body=None, headers=None):
        credentials = base64.b64encode(b"janedoe:supersecret").decode()
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.tls, timeout=60)
        connection.request(method, path, body, {"Authorization": "Basic " + credentials,
                                                "X-Experience-API-Version": "1.0.3", **(headers or {})})
        answer = connection.getresponse()
        return lectern.Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def wait(self):
        for _ in range(1000):
            try:
                return self.call("GET", "/xAPI/about")
            except OSError:
                assert self.process.poll() is None, self.process.stderr.read()
                time.sleep(0.02)
        raise RuntimeError("nginx does not answer")

    def __enter__(self):
        self.wait()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        self.process.stderr.close()


def check_statements(proxy):
    statements = [{"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:ann@example.org"},
                   "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"}, "object": {"id": "https://example.org/1"}}
                  for _ in range(3)]
    json_type = {"Content-Type": "application/json"}
    posted = proxy.call("POST", "/xAPI/statements", json.dumps(statements), json_type)
    assert posted.status == 200, posted
    page = proxy.call("GET", "/xAPI/statements?limit=2")
    more = page.json["more"]
    assert more.startswith("/xAPI/"), more
    ids = [one["id"] for one in page.json["statements"] + proxy.call("GET", more).json["statements"]]
    assert sorted(ids) == sorted(one["id"] for one in statements), ids


def check_large_attachment(proxy):
    content = os.urandom(20_000_000)
    sha2 = hashlib.sha256(content).hexdigest()
    statement = {"actor": {"mbox": "mailto:ann@example.org"}, "verb": {"id": "http://example.org/v"},
                 "object": {"id": "https://example.org/1"},
                 "attachments": [{"usageType": "http://example.org/u", "display": {"en": "x"}, "length": len(content),
                                  "contentType": "application/octet-stream", "sha2": sha2}]}
    body = (b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(statement).encode() +
            b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
            b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--b--\r\n")
    answer = proxy.call("POST", "/xAPI/statements", body, {"Content-Type": "multipart/mixed; boundary=b"})
    assert answer.status == 200, answer


def check_preconditions(proxy):
    path = "/xAPI/activities/profile?activityId=https://example.org/1&profileId=p"
    text = {"Content-Type": "application/json"}
    document = json.dumps({"a": "x" * 5000})
    assert proxy.call("PUT", path, document, {**text, "If-None-Match": "*"}).status == 204
    etag = proxy.call("GET", path, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    assert proxy.call("PUT", path, "{}", {**text, "If-Match": etag}).status == 204, etag
    assert proxy.call("PUT", path, "{}", {**text, "If-Match": etag}).status == 412


def check_log(proxy, server):
    answer = proxy.call("GET", "/xAPI/statements?nonsense=1", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status == 400, answer
    request_id = answer.headers["x-request-id"]
    line = next(line for line in server.log_text().splitlines() if request_id in line)
    assert re.search(r"info 127\.0\.0\.1 janedoe ", line), "a forged address counts: " + line
    assert proxy.call("GET", "/metrics").status == 404


def main():
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if not nginx:
        print("there is no nginx")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LECTERN_RUNSERVER_PROXY_HEADERS": "true"}
        with lectern.Server(settings, backend="embedded") as server, Proxy(nginx, folder, server.port) as proxy:
            check_statements(proxy)
            check_large_attachment(proxy)
            check_preconditions(proxy)
            check_log(proxy, server)
            first = ssl.get_server_certificate(("localhost", proxy.port))
            make_certificate(folder)
            proxy.process.send_signal(signal.SIGHUP)
            for _ in range(1000):
                if ssl.get_server_certificate(("localhost", proxy.port)) != first:
                    break
                time.sleep(0.02)
            else:
                raise AssertionError("the certificate was not renewed")
    print("nginx serves Lectern as deploy/nginx/lectern.conf says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
