"""What the tests of the backends that are servers share: Ralph and Lectern with the same settings, each with a home of
its own; servers from PyPI; and a proxy that cuts connections."""

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request

from against_ralph import BINARY, SKIPPED, ralph  # noqa: F401
from peak import peak_of  # noqa: F401
from pypi import installed  # noqa: F401

STATEMENT = ('{"actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v%d"},'
             '"object":{"id":"http://o.example/caf\\u00e9"}}\n')
LINES = "".join(STATEMENT % i for i in range(3)).encode()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def wait_for(port, process):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}") from None
            time.sleep(0.1)
    raise RuntimeError("the server does not listen")


def ask(url, method="GET", data=None, headers=()):
    """Status, headers and body."""
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "text/plain", **dict(headers)})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


class Side:
    """One of the programs, with what is its own; `word` stands for that in what it prints."""

    def __init__(self, program, home, own, settings):
        self.program, self.home, self.own = program, home, own
        os.makedirs(home)
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8",
                            "RALPH_HISTORY_FILE": os.path.join(home, "history.json"), **settings}

    def run(self, *arguments, data=b"", **settings):
        done = subprocess.run([self.program, *arguments], input=data, capture_output=True, timeout=120, cwd=self.home,
                              env={**self.environment, **settings})
        self.told = done.stderr.decode()
        return done.returncode, done.stdout

    def plain(self, text):
        """Without what is this side's own, instants, and white space and escapes of JSON."""
        lines = []
        for line in text.replace(self.own, "OWN").splitlines():
            try:
                line = json.dumps(json.loads(line), ensure_ascii=False)
            except ValueError:
                pass
            line = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+\+00:00", "INSTANT", line)
            line = re.sub(r"\w\w\w, \d\d \w\w\w \d{4} [0-9:]{8} GMT", "INSTANT", line)
            lines.append(re.sub(r"INSTANT-[0-9a-f-]{36}", "FRESH", line))
        return "\n".join(lines)

    def history(self):
        try:
            with open(os.path.join(self.home, "history.json")) as file:
                return [self.plain(json.dumps(entry)) for entry in json.load(file)]
        except FileNotFoundError:
            return []


def differences(theirs, ours, commands):
    """What two programs do otherwise, given the same commands: (arguments, input), OWN being each one's own."""
    for arguments, data in commands:
        got = []
        for side in (theirs, ours):
            code, out = side.run(*[argument.replace("OWN", side.own) for argument in arguments], data=data)
            got.append((code, sorted(side.plain(out.decode(errors="replace")).splitlines()), side.history()))
        for what, one, other in zip(("exit code", "output", "history"), *got):
            if one != other:
                yield f"{' '.join(arguments)}: {what}: Ralph {str(one)[-700:]}\n   Lectern {str(other)[-700:]}\n   {ours.told}"


def kill_in_the_middle(side, arguments, data, first):
    """Feeds the program `first` bytes of the data, and ends it the hard way once they have been taken."""
    process = subprocess.Popen([side.program, *arguments], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env=side.environment)
    process.stdin.write(data[:first])
    process.stdin.flush()
    process.kill()
    process.wait()


class Cutter:
    """A proxy in front of a server. Of each connection, in turn, `cuts` says after how many bytes of the answer it is
    cut; None is not at all, and so is what comes behind the last one. The answer to the first request that holds the
    bytes `lose` is lost."""

    def __init__(self, port):
        self.server_port, self.cuts, self.connections, self.lose = port, [], 0, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            left = [self.cuts.pop(0) if self.cuts else None]
            server = socket.create_connection(("127.0.0.1", self.server_port))
            threading.Thread(target=self.pump, args=(client, server, left, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, left, True), daemon=True).start()

    def pump(self, source, sink, left, is_answer):
        try:
            while data := source.recv(65536):
                if not is_answer and self.lose and self.lose in data:
                    self.lose, left[0] = None, 0
                if is_answer and left[0] is not None:
                    data = data[:left[0]]
                    left[0] -= len(data)
                sink.sendall(data)
                if is_answer and left[0] == 0:
                    break
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def run_tests(tests):
    failed = 0
    for test in tests:
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"{test.__name__.replace('_', ' ')}: {str(error)[:3000]}")
    print(f"{len(tests)} tests, {failed} failed")
    return 1 if failed else 0
