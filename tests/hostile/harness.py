"""Runs attacks on a Lectern of their own, with its memory limited, and measures what they cost: the
server's peak memory (VmHWM) and the time that a good user waits beside them. Only the standard library."""

import base64
import contextlib
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "api"))
import lectern  # noqa: E402

MIB = 1024 * 1024
CGROUPS = "/sys/fs/cgroup"
STATEMENTS = "/xAPI/statements"
# bcrypt of "supersecret" with cost 12, as Ralph makes them: a check takes 0.2 s of a core.
MEDIUM_HASH = "$2b$08$abcdefghijklmnopqrstuu0zJFh9GHQzCMuMfrQQQgXv12GwxUFQy"  # cost 8
SLOW_HASH = "$2b$12$abcdefghijklmnopqrstuuhctYsyqur3DGiC.swpwO2e6/fX/43i."


class Skip(Exception):
    """This machine cannot run the scenario; the text says why."""


def basic(name="janedoe", password="supersecret"):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def slow_user(name, **more):
    """A user whose password takes as long to check as a real one's."""
    return {**lectern.user(name, **more), "hash": SLOW_HASH}


def statement(**more):
    return {"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:a@example.org"},
            "verb": {"id": "http://example.org/verb"}, "object": {"id": "http://example.org/thing"}, **more}


def packed(data):
    return gzip.compress(data, 9)


def packed_run(unit, count):
    """gzip of `unit` repeated, made in pieces so that it takes no memory here."""
    import zlib

    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = unit * max(1, MIB // len(unit))
    out, left = [], count
    while left > 0:
        now = min(left, len(piece) // len(unit))
        out.append(packer.compress(piece[:now * len(unit)]))
        left -= now
    return b"".join(out) + packer.flush()


class Answered:
    """What came back on a raw connection; status 0 when nothing did."""

    def __init__(self, data):
        self.data = data
        self.status = int(data[9:12]) if data[:5] == b"HTTP/" else 0


def request(method, target, body=b"", authorization=None, length=None, **headers):
    """The bytes of a request. `length` announces another length than the body's."""
    fields = {"Host": "127.0.0.1", "X-Experience-API-Version": "1.0.3"}
    if authorization:
        fields["Authorization"] = authorization
    if body or length or method in ("POST", "PUT"):
        fields["Content-Length"] = str(len(body) if length is None else length)
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


class HostileServer(lectern.Server):
    """A server with limits of its own: memory, descriptors."""

    def __init__(self, settings=None, descriptors=None, **more):
        super().__init__({"LECTERN_ACCESS_LOG": "false", **(settings or {})}, **more)
        self.descriptors = descriptors  # (soft, hard); hard None is ours
        self.cgroup = None

    def limit_memory(self, mib):
        """cgroup v2 where it can be written to. Elsewhere the watcher ends the server at the limit."""
        path = os.path.join(CGROUPS, f"lectern-hostile-{os.getpid()}-{self.port}")
        try:
            with open(os.path.join(CGROUPS, "cgroup.subtree_control")) as enabled:
                if "memory" not in enabled.read().split():
                    return
            os.mkdir(path)
            with open(os.path.join(path, "memory.max"), "w") as limit:
                limit.write(str(mib * MIB))
            with open(os.path.join(path, "cgroup.procs"), "w") as members:
                members.write(str(self.process.pid))
            self.cgroup = path
        except OSError:
            with contextlib.suppress(OSError):
                os.rmdir(path)

    def start(self):
        if not self.descriptors:
            return super().start()
        # The limits are the binary's from its first instruction on: the shell sets them and becomes it.
        soft, hard = self.descriptors
        limits = f"ulimit -S -n {soft}" + (f" && ulimit -H -n {hard}" if hard else "")
        wrapper = os.path.join(self.app_dir, "limited.sh")
        with open(wrapper, "w") as script:
            script.write(f'#!/bin/sh\n{limits} && exec "{self.binary}" "$@"\n')
        os.chmod(wrapper, 0o700)
        self.binary = wrapper
        return super().start()

    def stop(self, sig=signal.SIGTERM):
        code = super().stop(sig)
        if self.cgroup:
            with contextlib.suppress(OSError):
                os.rmdir(self.cgroup)
        return code

    def memory_kib(self, what):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                for line in status:
                    if line.startswith(what + ":"):
                        return int(line.split()[1])
        except OSError:
            pass
        return 0

    def peak_mib(self):
        return self.memory_kib("VmHWM") // 1024

    def rss_mib(self):
        return self.memory_kib("VmRSS") // 1024

    def raw(self, data, timeout=60, receive_bytes_max=MIB):
        """Sends bytes on a connection of its own, and reads until it is closed or an answer is whole."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            connection.settimeout(timeout)
            with contextlib.suppress(OSError):  # answered and closed before it was all sent
                connection.sendall(data)
            return Answered(read_whole(connection, receive_bytes_max))


def read_whole(connection, receive_bytes_max=MIB):
    data = b""
    try:
        while len(data) < receive_bytes_max:
            head, end, body = data.partition(b"\r\n\r\n")
            if end:
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
                if len(body) >= length:
                    break
            more = connection.recv(65536)
            if not more:
                break
            data += more
    except OSError:
        pass
    return data


class Trial:
    """What one scenario uses, and what it has measured."""

    def __init__(self, name, bounds):
        self.name = name
        self.bounds = bounds  # peak_mib, p99_ms
        self.faults, self.notes = [], []
        self.peak_mib = 0
        self.good_figures = None
        self.is_ended = False  # by the watcher: what fails afterwards says nothing

    def expect(self, sentence, holds, seen=""):
        if not holds and not self.is_ended:
            self.faults.append(f"not so: {sentence}" + (f" (seen: {str(seen)[:300]})" if seen != "" else ""))
        return holds

    def note(self, sentence):
        self.notes.append(sentence)

    def within(self, sentence, seconds, most):
        self.note(f"{sentence}: {seconds:.1f} s of {most:g}")
        self.expect(f"{sentence} within {most:g} s", seconds <= most, f"{seconds:.1f} s")

    @contextlib.contextmanager
    def server(self, settings=None, watch=True, **more):
        """A server whose memory is watched: far beyond the bound it is ended, so that a build without
        the bound cannot take the machine with it."""
        server = HostileServer(settings, **more)
        with server:
            limit_mib = self.bounds["peak_mib"] * 3
            server.limit_memory(limit_mib)
            done = threading.Event()

            def guard():
                while not done.wait(0.02):
                    rss_mib = server.rss_mib()
                    self.peak_mib = max(self.peak_mib, server.peak_mib())
                    if rss_mib > limit_mib:
                        self.peak_mib = rss_mib
                        self.is_ended = True
                        self.faults.append(f"the server took more than {limit_mib} MiB and was ended")
                        server.process.kill()
                        return

            watcher = threading.Thread(target=guard)
            watcher.start()
            try:
                yield server
                if watch:
                    alive = server.process.poll() is None
                    self.expect("the server lives", alive, f"exit {server.process.poll()}")
                    self.peak_mib = max(self.peak_mib, server.peak_mib())
            finally:
                done.set()
                watcher.join()

    @contextlib.contextmanager
    def good_user(self, server, user="janedoe", target=None, may_fail=False):
        """The good user asks for a statement, or for `target`, while the block runs. The bound on p99_ms is
        looked at afterwards."""
        if target is None:
            one = statement()
            stored = server.call("POST", STATEMENTS, one, user=user)
            assert stored.status == 200, stored
            target = f"{STATEMENTS}?statementId={one['id']}"
        with self.meanwhile(server, "each request of the good user", target, basic(user), may_fail=may_fail) as figures:
            yield
        worst = self.good_figures
        if worst is None or figures["p99_ms"] > worst["p99_ms"]:
            self.good_figures = figures

    @contextlib.contextmanager
    def neighbour(self, server, user, most_ms):
        """A user of another tenant writes one small statement every 10 ms while the block runs, and waits for
        none longer than `most_ms`."""
        with self.meanwhile(server, "each write of the neighbour", STATEMENTS, basic(user), "--writes") as figures:
            yield figures
        self.note(f"{figures['requests']} writes of the neighbour: p50 {figures['p50_ms']:.0f}, p99 "
                  f"{figures['p99_ms']:.0f}, max {figures['max_ms']:.0f} ms")
        self.expect(f"the neighbour waits at most {most_ms} ms", figures["max_ms"] <= most_ms,
                    f"{figures['max_ms']:.0f} ms")

    @contextlib.contextmanager
    def meanwhile(self, server, who, *arguments, may_fail=False):
        """good_user.py runs while the block does; what it measured is there behind the block."""
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "good_user.py"), str(server.port), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"begun\n"
        figures = {}
        try:
            yield figures
        finally:
            out, _ = process.communicate()
            figures.update(json.loads(out))
            if not may_fail:
                self.expect(f"{who} is answered with 200", not figures["faults"], figures["faults"])

    def judge(self):
        self.expect(f"the peak memory is at most {self.bounds['peak_mib']} MiB",
                    self.peak_mib <= self.bounds["peak_mib"], f"{self.peak_mib} MiB")
        if self.good_figures and "p99_ms" in self.bounds:
            p99 = self.good_figures["p99_ms"]
            self.expect(f"the good user waits at most {self.bounds['p99_ms']} ms (p99)",
                        p99 <= self.bounds["p99_ms"], f"{p99:.0f} ms")


def at_once(count, work):
    """Runs work(i) in `count` threads; the outcomes, exceptions among them."""
    outcomes = [None] * count

    def one(i):
        try:
            outcomes[i] = work(i)
        except Exception as error:  # an outcome like others
            outcomes[i] = error

    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


SCENARIOS = {}


def scenario(peak_mib, p99_ms=None):
    """Registers a function whose docstring says what is attacked and what must hold."""
    bounds = {"peak_mib": peak_mib, **({"p99_ms": p99_ms} if p99_ms else {})}

    def register(function):
        SCENARIOS[function.__name__] = (function, bounds)
        return function

    return register


TRIALS = []


def row_of(trial):
    """A trial as a row of the table in README.md: attack, bounds, what was measured."""
    function, bounds = SCENARIOS[trial.name]
    good = trial.good_figures
    bound = [f"{bounds['peak_mib']} MiB"] + ([f"p99 {bounds['p99_ms']:,} ms"] if "p99_ms" in bounds else [])
    seen = [f"{trial.peak_mib} MiB"] + ([f"p99 {good['p99_ms']:.0f} ms"] if good else []) + trial.notes
    if trial.faults:
        seen.insert(0, "**failed**")
    attack = " ".join(function.__doc__.split()).rstrip(".")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (attack, ", ".join(bound), ", ".join(seen))) + " |"


def run(name):
    """True when all held, None when it was skipped."""
    function, bounds = SCENARIOS[name]
    trial = Trial(name, bounds)
    TRIALS.append(trial)
    began = time.monotonic()
    try:
        function(trial)
        trial.judge()
    except Skip as why:
        print(f"{name}: skipped: {why}", flush=True)
        TRIALS.remove(trial)
        return None
    except Exception:
        if not trial.is_ended:
            trial.faults.append(traceback.format_exc(limit=4))
    good = trial.good_figures
    waits = (f"good user p50 {good['p50_ms']:.1f}, p99 {good['p99_ms']:.0f}, max {good['max_ms']:.0f} ms; "
             if good else "")
    print(f"{name}: {'FAILED' if trial.faults else 'held'} in {time.monotonic() - began:.0f} s; "
          f"peak {trial.peak_mib} MiB of {bounds['peak_mib']}; {waits}{'; '.join(trial.notes)}", flush=True)
    for fault in trial.faults:
        print("    " + fault, flush=True)
    return not trial.faults
