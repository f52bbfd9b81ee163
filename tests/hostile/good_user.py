#!/usr/bin/env python3
"""The good user: 8 connections that ask for one statement by id, each 50 times a second, until standard
input ends; then prints what was measured as JSON. A process of its own, so that what an attack costs
the one who attacks is not measured: good_user.py PORT TARGET AUTHORIZATION"""

import json
import socket
import sys
import threading
import time

CONNECTIONS = 8
PAUSE_S = 0.02
PATIENCE_S = 60


def read_answer(connection):
    """The status of one answer, read whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise OSError("the connection ended")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return int(head[9:12])


class GoodUser:
    def __init__(self, port, target, authorization):
        self.port = port
        self.request = (f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n"
                        "X-Experience-API-Version: 1.0.3\r\n\r\n").encode()
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.times_ms, self.faults = [], []  # guarded by lock

    def ask(self, connection):
        began = time.monotonic()
        connection.sendall(self.request)
        status = read_answer(connection)
        waited_ms = (time.monotonic() - began) * 1000
        with self.lock:
            # Those that would have been asked meanwhile waited too, each for a pause less.
            while waited_ms > 0:
                self.times_ms.append(waited_ms)
                waited_ms -= PAUSE_S * 1000
            if status != 200:
                self.faults.append(status)

    def run(self):
        connection = None
        while not self.stop.is_set():
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
                self.ask(connection)
            except OSError as error:
                with self.lock:
                    self.faults.append(str(error))
                connection = None
            self.stop.wait(PAUSE_S)


def main():
    good = GoodUser(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    threads = [threading.Thread(target=good.run) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    good.stop.set()
    for thread in threads:
        thread.join()
    times = sorted(good.times_ms) or [PATIENCE_S * 1000]
    json.dump({"requests": len(good.times_ms), "p50_ms": times[len(times) // 2],
               "p99_ms": times[min(len(times) - 1, len(times) * 99 // 100)], "max_ms": times[-1],
               "faults": good.faults[:5]}, sys.stdout)


if __name__ == "__main__":
    main()
