#!/usr/bin/env python3
"""Sends wrong passwords on 64 connections and asks meanwhile as users whose passwords are right: they
are answered, whether they are known already or log in for the first time. Times are compared with a
very wide margin: before there were bounds, a known user waited half a second for each answer, and one
who was not known never came in."""

import base64
import http.client
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lectern

CONNECTIONS = 64
FAULTS = []


def expect(what, good, seen):
    print(f"{'ok  ' if good else 'FAIL'} {what}: {seen}")
    if not good:
        FAULTS.append(what)


def authorization(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Client:
    """One connection from an address of this machine, made again when it is lost."""

    def __init__(self, port, address):
        self.port, self.address, self.connection = port, address, None

    def get(self, name, password, path="/whoami"):
        for _ in range(2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30,
                                                                 source_address=(self.address, 0))
                self.connection.request("GET", path, headers=authorization(name, password))
                answer = self.connection.getresponse()
                answer.read()
                return answer
            except (OSError, http.client.HTTPException):
                self.connection = None
        raise RuntimeError("no answer")


class Flood:
    """`with Flood(port, password_of) as flood:` sends on all connections until the end."""

    def __init__(self, port, login_of):
        self.port, self.login_of, self.ending, self.statuses = port, login_of, False, {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.send, args=(i,)) for i in range(CONNECTIONS)]

    def send(self, i):
        client, n = Client(self.port, "127.0.0.2"), 0
        while not self.ending:
            n += 1
            status = client.get(*self.login_of(i, n)).status
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
            time.sleep(0.005)  # leaves this process, an interpreter, time for the good user

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *_):
        self.ending = True
        for thread in self.threads:
            thread.join()


def median_of_known(server, times=40):
    client, took = Client(server.port, "127.0.0.1"), []
    for _ in range(times):
        begin = time.monotonic()
        if client.get("known", "supersecret").status != 200:
            return 1e9
        took.append(time.monotonic() - begin)
    return sorted(took)[times // 2]


def seconds_until_in(server, name, address):
    client, begin = Client(server.port, address), time.monotonic()
    while time.monotonic() - begin < 30:
        if client.get(name, "supersecret").status == 200:
            return time.monotonic() - begin
        time.sleep(0.1)
    return 1e9


def check(server, what, login_of, new_user, address):
    with Flood(server.port, login_of) as flood:
        known = median_of_known(server)
        new = seconds_until_in(server, new_user, address)
    expect(f"{what}: a known user is answered", known < 0.25, f"median {known:.3f} s, attack {flood.statuses}")
    expect(f"{what}: a new user logs in", new < 20, f"after {new:.2f} s")
    expect(f"{what}: nobody is let in", 200 not in flood.statuses, flood.statuses)


def number(server, metric):
    text = server.call("GET", "/metrics").body.decode()
    return float(re.search(rf"^{re.escape(metric)} ([0-9.e+]+)$", text, re.M)[1])


def dear(entry):
    """With a hash of the usual cost, so that a check takes as long as in earnest."""
    import crypt  # noqa: deprecated after 3.11, which Debian 12 has

    return {**entry, "hash": crypt.crypt("supersecret", "$2b$12$" + "abcdefghijklmnopqrstuu")}


def main():
    names = ["known", "new1", "new2", "new3", "target", "janedoe"]
    with lectern.Server(users=[dear(lectern.user(name)) for name in names]) as server:
        assert server.call("GET", "/whoami", user="known").status == 200
        check(server, "one wrong password", lambda i, n: ("target", "wrong"), "new1", "127.0.0.1")
        check(server, "many passwords for one name", lambda i, n: ("target", f"wrong{i}.{n}"), "new2", "127.0.0.2")
        check(server, "many passwords for the user's own name", lambda i, n: ("new3", f"wrong{i}.{n}"), "new3",
              "127.0.0.3")
        checks = number(server, "lectern_basic_checks_total")
        expect("guesses are few", checks < 400, f"{checks:.0f} checks")
        guesser = Client(server.port, "127.0.0.4")
        for n in range(60):
            refused = guesser.get("target", f"wrong{n}")
            if refused.status == 429:
                break
        expect("who guesses has to wait", refused.status == 429 and int(refused.headers["Retry-After"]) >= 1,
               f"{refused.status} after {n} guesses, Retry-After {refused.headers.get('Retry-After')}")
        failed = number(server, 'lectern_failed_logins_total{way="basic"}')
        with open(os.path.join(server.app_dir, "server.log"), errors="replace") as file:
            log = file.read()
        lines = log.count("failed login: user")
        expect("failed logins are counted", failed > 0, f"{failed:.0f}")
        expect("and logged, but not each", 0 < lines <= failed, f"{lines} lines")
        expect("no password is logged", not re.search(r"wrong\d", log), "log")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
