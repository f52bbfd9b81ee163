"""Who has no credentials, or wrong ones, costs next to nothing."""

import socket
import threading
import time

from harness import MIB, STATEMENTS, at_once, basic, packed_run, read_whole, request, scenario, statement

FORM = "application/x-www-form-urlencoded"


def probe(server):
    began = time.monotonic()
    status = server.call("GET", "/__lbheartbeat__", user=None).status
    return status, time.monotonic() - began


@scenario(peak_mib=256, p99_ms=1000)
def forms_without_credentials(trial):
    """Zipped forms of two million fields, 32 at once without credentials, are refused before they are unfolded."""
    small, large = packed_run(b"a&", 2 << 20), packed_run(b"a&", 50 << 20)
    with trial.server() as server, trial.good_user(server):
        def send(form):
            return server.raw(request("POST", STATEMENTS + "?method=GET", form, Content_Type=FORM,
                                      Content_Encoding="gzip")).status
        began = time.monotonic()
        slowest = 0.0
        statuses = []

        def attack():
            statuses.extend(at_once(32, lambda _: send(small)))
            statuses.extend(at_once(4, lambda _: send(large)))

        attacker = threading.Thread(target=attack)
        attacker.start()
        while attacker.is_alive():
            slowest = max(slowest, probe(server)[1])
            time.sleep(0.05)
        trial.expect("each is refused with 400, 401 or 413", set(statuses) <= {400, 401, 413}, statuses)
        trial.within("32 forms of 4 MiB and 4 of 100 MiB", time.monotonic() - began, 10)
        trial.within("/__lbheartbeat__ beside them", slowest, 1)


@scenario(peak_mib=160, p99_ms=1000)
def forms_with_wrong_credentials_inside(trial):
    """A form that carries its own credentials is read up to a small bound only, and refused beyond it."""
    with trial.server() as server:
        inside = f"Authorization={basic('nobody', 'x').replace(' ', '%20').replace('=', '%3D')}&".encode()
        with trial.good_user(server):
            statuses = at_once(16, lambda _: server.raw(request(
                "POST", STATEMENTS + "?method=GET", inside + b"a&" * MIB * 4, Content_Type=FORM)).status)
            trial.expect("each is refused", all(s in (0, 400, 401, 413) for s in statuses), statuses)
        good = f"Authorization={basic().replace(' ', '%20').replace('=', '%3D')}&limit=1".encode()
        read = server.raw(request("POST", STATEMENTS + "?method=GET", good, Content_Type=FORM))
        trial.expect("a small form with good credentials is served", read.status == 200, read.data[:300])


@scenario(peak_mib=160, p99_ms=1000)
def bodies_without_credentials(trial):
    """Bodies are not taken in from who is unknown: 300 connections each announce 4 MiB and send nearly all of it."""
    with trial.server() as server, trial.good_user(server):
        head = request("POST", STATEMENTS, length=4 * MIB)
        body = b" " * (4 * MIB - 65536)
        connections = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(300)]
        held = []

        def send(i):
            connections[i].settimeout(2)
            try:
                connections[i].sendall(head + body)
            except OSError:
                pass
            held.append(server.rss_mib())

        at_once(300, send)
        statuses = at_once(300, lambda i: int((read_whole(connections[i]) or b"000000000000")[9:12]))
        for connection in connections:
            connection.close()
        trial.note(f"{statuses.count(401)} of 300 were told 401")
        trial.expect("no connection waits without an answer", 401 in statuses and
                     set(statuses) <= {401, 0}, set(statuses))


@scenario(peak_mib=160, p99_ms=1000)
def zip_bombs_without_credentials(trial):
    """Nothing is unzipped for who is unknown: 48 connections send 100 KB that would be 99 MB."""
    bomb = packed_run(b" ", 99 * MIB)
    with trial.server() as server, trial.good_user(server):
        began = time.monotonic()
        for name in (None, basic("nobody", "x")):
            statuses = at_once(48, lambda _: server.raw(request(
                "POST", STATEMENTS, bomb, name, Content_Type="application/json",
                Content_Encoding="gzip")).status)
            trial.expect("each is refused", set(statuses) <= {401, 429, 503}, statuses)
        trial.within("96 of them", time.monotonic() - began, 15)


@scenario(peak_mib=160)
def bodies_on_disk_without_credentials(trial):
    """Large bodies from who is unknown do not fill the spool folder: 20 connections of 99 MB each."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lectern-spool-") as spool, \
            trial.server({"TMPDIR": spool, "LECTERN_RUNSERVER_SPOOL_DIR": spool}) as server:
        def spooled_mib():
            total = 0
            for fd in os.listdir(f"/proc/{server.process.pid}/fd"):
                try:
                    total += os.stat(f"/proc/{server.process.pid}/fd/{fd}").st_size \
                        if spool in os.readlink(f"/proc/{server.process.pid}/fd/{fd}") else 0
                except OSError:
                    pass
            return total // MIB

        connections = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(20)]
        piece, most = b" " * MIB, []

        def send(i):
            connections[i].settimeout(2)
            try:
                connections[i].sendall(request("POST", STATEMENTS, length=99 * MIB))
                for sent in range(30):
                    connections[i].sendall(piece)
                    most.append(spooled_mib() if sent % 10 == 0 else 0)
            except OSError:
                pass

        at_once(20, send)
        most.append(spooled_mib())
        for connection in connections:
            connection.close()
        trial.note(f"at most {max(most)} MiB of files")
        trial.expect("at most 4 MiB of files", max(most) <= 4, max(most))


@scenario(peak_mib=256, p99_ms=1000)
def bodies_with_credentials(trial):
    """All bodies under way share one budget: 40 connections of a valid user hold 4 MiB each, slowly; beyond
    the budget they get 503 with Retry-After, and it is free again when they have gone."""
    settings = {"LECTERN_RUNSERVER_MEMORY_BYTES_MAX": str(64 * MIB)}
    with trial.server(settings) as server, trial.good_user(server):
        connections = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(60)]

        def send(i):
            connections[i].settimeout(3)
            try:
                connections[i].sendall(request("POST", STATEMENTS, length=4 * MIB - 1, authorization=basic(),
                                               Content_Type="application/json") + b" " * (4 * MIB - 65536))
            except OSError:
                pass

        at_once(60, send)
        connections_told = [read_whole(c) for c in connections[-1:]]
        trial.note(f"RSS {server.rss_mib()} MiB while 60 hold on")
        for connection in connections:
            connection.close()
        time.sleep(0.5)
        stored = server.call("POST", STATEMENTS, [statement() for _ in range(1000)])
        trial.expect("a good batch is stored afterwards", stored.status == 200, stored)
        trial.expect("what does not fit is told 503", not connections_told[0] or
                     connections_told[0].startswith(b"HTTP/1.1 503"), connections_told)
