"""Wrong passwords cost the one who sends them."""

import http.client
import threading
import time

from harness import MEDIUM_HASH, STATEMENTS, at_once, basic, lectern, scenario, slow_user, statement


def flood(server, stop, connections, header_of):
    """Threads that ask again and again with wrong credentials; how many answers by status."""
    counts, lock = {}, threading.Lock()

    def one(i):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        n = 0
        while not stop.is_set():
            n += 1
            try:
                connection.request("GET", STATEMENTS, headers={"Authorization": header_of(i, n),
                                                               "X-Experience-API-Version": "1.0.3"})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            with lock:
                counts[status] = counts.get(status, 0) + 1
            stop.wait(0.02)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    return counts, threads


def under_flood(trial, server, connections, header_of, meanwhile, may_fail=False):
    with trial.good_user(server, may_fail=may_fail):
        stop = threading.Event()
        counts, threads = flood(server, stop, connections, header_of)
        try:
            meanwhile()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    return counts


def slowest_probe(server, seconds):
    slowest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        server.call("GET", "/__lbheartbeat__", user=None)
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.05)
    return slowest


@scenario(peak_mib=160, p99_ms=800)
def the_same_wrong_password(trial):
    """One wrong password on 200 connections at once holds up nobody."""
    with trial.server(users=[slow_user("janedoe")]) as server:
        slowest = []
        counts = under_flood(trial, server, 200, lambda i, n: basic("janedoe", "wrong"),
                             lambda: slowest.append(slowest_probe(server, 5)))
        trial.note(f"the attacker got {counts}")
        trial.within("/__lbheartbeat__ beside it", slowest[0], 1.5)


def newcomer_beside(trial, header_of):
    """A flood from one address, from its first moment on; a good user of another address who logs in for the first
    time, once in each second of it."""
    newcomers = [f"newcomer{n}" for n in range(4)]
    users = [slow_user("janedoe")] + [slow_user(name) for name in newcomers]
    with trial.server(users=users, settings={"LECTERN_RUNSERVER_PROXY_HEADERS": "true"}) as server:
        took, refusals = [], 0

        def come_in():
            nonlocal refusals
            for n, name in enumerate(newcomers):
                time.sleep(0.5)
                began = time.monotonic()
                while time.monotonic() < began + 40:
                    answer = server.call("GET", STATEMENTS + "?limit=1", user=name,
                                         headers={"X-Forwarded-For": f"192.0.2.{n + 1}"})
                    if answer.status == 200:
                        break
                    refusals += 1
                    time.sleep(0.1)
                took.append(time.monotonic() - began)

        counts = under_flood(trial, server, 64, header_of, come_in)
        trial.note(f"newcomers were put off {refusals} times, in after {', '.join(f'{t:.1f}' for t in took)} s")
        trial.within("the slowest newcomer is in", max(took), 30)
        trial.note(f"the attacker got {counts}")


@scenario(peak_mib=160, p99_ms=250)
def distinct_wrong_passwords(trial):
    """64 connections with ever other wrong passwords for 64 names keep out no user who is not remembered yet."""
    newcomer_beside(trial, lambda i, n: basic(f"user{i}", f"wrong{n}"))


@scenario(peak_mib=160, p99_ms=250)
def ever_other_names(trial):
    """The same with a name that was never heard before each time."""
    newcomer_beside(trial, lambda i, n: basic(f"user{i}-{n}", "wrong"))


@scenario(peak_mib=160)
def many_users(trial):
    """150 users in turn are as fast as 20: their credentials are remembered."""
    users = [{**lectern.user(f"user{i}"), "hash": MEDIUM_HASH} for i in range(150)]
    with trial.server(users=users) as server:
        def asked_in(seconds, count):
            end = time.monotonic() + seconds
            done, lock, turn = [0], threading.Lock(), [0]

            def client(_):
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                while time.monotonic() < end:
                    with lock:
                        turn[0] += 1
                        name = f"user{turn[0] % count}"
                    connection.request("GET", STATEMENTS + "?statementId=" + known["id"],
                                       headers={"Authorization": basic(name),
                                                "X-Experience-API-Version": "1.0.3"})
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status == 200:
                        with lock:
                            done[0] += 1

            at_once(8, client)
            return done[0]

        known = statement()
        server.call("POST", STATEMENTS, known, user="user0")
        for i in range(149, -1, -1):  # each is checked once, one after the other, the first 20 last
            while server.call("GET", STATEMENTS + "?statementId=" + known["id"], user=f"user{i}").status == 503:
                time.sleep(0.05)
        few, many = asked_in(2, 20), asked_in(2, 150)
        trial.note(f"{few} answers in 2 s to 20 users, {many} to 150")
        trial.expect("150 users get at least half as many answers", many * 2 >= few, (few, many))


@scenario(peak_mib=160)
def refused_log_ins_in_the_log(trial):
    """A thousand refused log-ins leave a bounded trace: the name that was tried, never the password, and a count."""
    with trial.server() as server:
        for header in ("Bearer x.y.z", basic("mallory", "not-the-secret-1")):
            at_once(10, lambda i: [server.call("GET", STATEMENTS, user=None,
                                               headers={"Authorization": header}) for _ in range(50)])
        with open(server.app_dir + "/server.log", errors="replace") as log:
            text = log.read()
        lines = [line for line in text.split("\n") if line and "serves xAPI" not in line]
        trial.note(f"{len(lines)} lines in the log")
        trial.expect("at most 200 lines", len(lines) <= 200, len(lines))
        trial.expect("the name that was tried is in it", "mallory" in text)
        trial.expect("no password is in it", "not-the-secret-1" not in text)
        metrics = server.call("GET", "/metrics").body.decode()
        refused = [line for line in metrics.split("\n") if not line.startswith("#") and
                   ("refus" in line or "fail" in line) and ("auth" in line or "basic" in line or "login" in line)]
        trial.expect("a metric counts them", any(float(line.split()[-1]) >= 1 for line in refused), refused)
