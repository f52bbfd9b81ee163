"""Starts a Lectern of its own and speaks HTTP to it. Only the standard library."""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bcrypt(password):
    """A bcrypt hash of cost 4, made by the system's crypt()."""
    import crypt  # noqa: deprecated after 3.11, which Debian 12 has

    return crypt.crypt(password, "$2b$04$" + "abcdefghijklmnopqrstuu")


def user(name, scopes=("all",), target=None, agent=None, password="supersecret"):
    entry = {
        "username": name,
        "hash": bcrypt(password),
        "scopes": list(scopes),
        "agent": agent or {"mbox": f"mailto:{name}@example.org", "objectType": "Agent"},
    }
    if target is not None:
        entry["target"] = target
    return entry


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # lower-case names
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


class Server:
    """`with Server(...) as server:` runs one; `server.call(...)` sends a request."""

    def __init__(self, settings=None, users=None, backend=None, app_dir=None, binary=BINARY, tls=False, program="lectern"):
        self.settings = dict(settings or {})
        self.users = users or [user("janedoe")]
        self.backend = backend or os.environ.get("LECTERN_TEST_BACKEND", "embedded")
        self.app_dir = app_dir or tempfile.mkdtemp(prefix="lectern-test-")
        self.owns_dir = app_dir is None
        self.binary = binary
        self.program = program  # the name that it is called by
        self.port = free_port()
        self.process = None

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("RALPH_", "LECTERN_"))}
        env.update(json.loads(os.environ.get("LECTERN_TEST_SETTINGS", "{}")))
        env["RALPH_APP_DIR"] = self.app_dir
        env["RALPH_RUNSERVER_BACKEND"] = self.backend
        env.update(self.settings)
        return env

    def start(self):
        os.makedirs(self.app_dir, exist_ok=True)
        auth = os.path.join(self.app_dir, "auth.json")
        if self.users and not os.path.exists(auth):
            with open(auth, "w") as out:
                json.dump(self.users, out)
        if self.program != "lectern" and not os.path.lexists(os.path.join(self.app_dir, self.program)):
            os.symlink(self.binary, os.path.join(self.app_dir, self.program))
            self.binary = os.path.join(self.app_dir, self.program)
        self.log = open(os.path.join(self.app_dir, "server.log"), "ab")
        self.process = subprocess.Popen(
            [self.binary, "runserver", "-h", "127.0.0.1", "-p", str(self.port)],
            env=self.environment(), stdout=self.log, stderr=self.log, cwd=self.app_dir)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n" + self.log_text())
            try:
                if self.call("GET", "/__lbheartbeat__", user=None).status == 200:
                    return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server does not answer:\n" + self.log_text())

    def stop(self, sig=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(timeout=60)
        self.log.close()
        return self.process.returncode

    def log_text(self):
        with open(os.path.join(self.app_dir, "server.log"), errors="replace") as log:
            return log.read()[-5000:]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.owns_dir:
            shutil.rmtree(self.app_dir, ignore_errors=True)

    def call(self, method, path, body=None, headers=None, user="janedoe", password="supersecret",
             version="1.0.3", timeout=60):
        """Sends one request on a connection of its own. `body`: bytes, text, or anything for JSON."""
        fields = {}
        if user is not None:
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            fields["Authorization"] = "Basic " + token
        if version is not None:
            fields["X-Experience-API-Version"] = version
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            fields["Content-Type"] = "application/json"
        if isinstance(body, str):
            body = body.encode()
        fields.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body,
                               headers={k: v for k, v in fields.items() if v is not None})
            answer = connection.getresponse()
            data = answer.read()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, data)
        finally:
            connection.close()
