#!/usr/bin/env python3
"""The good user: 8 connections that ask for one statement by id, each 50 times a second, until standard
input ends; or, with --writes, one connection that writes a small statement every 10 ms. Prints "begun" when
the first was answered, and at the end what was measured as JSON. A process of its own, so that what an attack
costs the one who attacks is not measured: good_user.py PORT TARGET AUTHORIZATION [--writes]"""

import json
import socket
import sys
import threading
import time

CONNECTIONS = 8
PAUSE_S = 0.02
PAUSE_OF_WRITES_S = 0.01
PATIENCE_S = 60
STATEMENT = (b'{"actor":{"mbox":"mailto:kim@example.org"},"verb":{"id":"http://example.org/did"},'
             b'"object":{"id":"http://example.org/small"}}')


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
    def __init__(self, port, target, authorization, writes):
        self.port = port
        self.connections, self.pause_s = (1, PAUSE_OF_WRITES_S) if writes else (CONNECTIONS, PAUSE_S)
        head = (f"{'POST' if writes else 'GET'} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: {authorization}\r\nX-Experience-API-Version: 1.0.3\r\n")
        if writes:
            head += f"Content-Type: application/json\r\nContent-Length: {len(STATEMENT)}\r\n"
        self.request = head.encode() + b"\r\n" + (STATEMENT if writes else b"")
        self.stop = threading.Event()
        self.begun = threading.Event()
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
                waited_ms -= self.pause_s * 1000
            if status != 200:
                self.faults.append(status)
        self.begun.set()

    def run(self):
        connection = None
        while not self.stop.is_set():
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
                self.ask(connection)
            except OSError as error:
                with self.lock:
                    self.faults.append(str(error))
                self.begun.set()
                connection = None
            self.stop.wait(self.pause_s)


def main():
    good = GoodUser(int(sys.argv[1]), sys.argv[2], sys.argv[3], "--writes" in sys.argv)
    threads = [threading.Thread(target=good.run) for _ in range(good.connections)]
    for thread in threads:
        thread.start()
    good.begun.wait()
    print("begun", flush=True)
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
