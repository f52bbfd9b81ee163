"""Descriptors: connections cannot take away those that the store needs."""

import http.client
import json
import socket
import time

from harness import STATEMENTS, basic, scenario, statement


def large_batch():
    return [statement(context={"extensions": {"http://e.org/x": "x" * 60000}}) for _ in range(20)]  # 1.2 MB


def connect(port, count):
    connections = []
    for _ in range(count):
        one = socket.socket()
        one.settimeout(0.5)
        try:
            one.connect(("127.0.0.1", port))
            connections.append(one)
        except OSError:
            one.close()
    return connections


@scenario(peak_mib=400)
def idle_connections_and_the_store(trial):
    """1,100 idle connections without credentials where 1,024 descriptors are allowed: writes go on beside them,
    or by themselves as soon as they have gone."""
    with trial.server(descriptors=(1024, 1024)) as server:
        kept, during = [], []
        writer = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)  # is there before them
        writer.connect()
        idle = connect(server.port, 1100)
        for _ in range(40):
            batch = large_batch()
            try:
                writer.request("POST", STATEMENTS, json.dumps(batch), {
                    "Authorization": basic(), "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"})
                answer = writer.getresponse()
                answer.read()
                during.append(answer.status)
                if answer.status == 200:
                    kept += [one["id"] for one in batch]
            except OSError as error:
                during.append(str(error))
                break
        for connection in idle:
            connection.close()
        began = time.monotonic()
        status = 0
        while status != 200 and time.monotonic() < began + 15:
            try:
                status = server.call("POST", STATEMENTS, large_batch(), timeout=5).status
            except OSError:
                status = 0
            time.sleep(0.2)
        trial.note(f"while they were open: {sorted(set(map(str, during)))}")
        trial.within("writes after they have gone", time.monotonic() - began, 10)
        trial.expect("the heartbeat is good again", server.call("GET", "/__heartbeat__").status == 200)
        lost = [i for i in kept if server.call("GET", f"{STATEMENTS}?statementId={i}").status != 200]
        trial.expect("nothing acknowledged is lost", not lost, lost)
        trial.expect("the log says that connections were bounded",
                     "CONNECTIONS_MAX" in server.log_text() or "descriptor" in server.log_text())


@scenario(peak_mib=400)
def the_soft_limit_is_raised(trial):
    """A service starts with a soft limit of 1,024 descriptors: it is raised, and 1,500 clients are served."""
    with trial.server(descriptors=(1024, None)) as server:
        idle = connect(server.port, 1500)
        trial.expect("all connect", len(idle) == 1500, len(idle))
        answer = server.call("POST", STATEMENTS, large_batch(), timeout=5)
        trial.expect("a write goes on beside them", answer.status == 200, answer.status)
        for connection in idle:
            connection.close()
