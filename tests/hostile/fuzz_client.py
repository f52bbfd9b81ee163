#!/usr/bin/env python3
"""Sends requests, good ones and changed ones, to a Lectern over sockets, pipelined, and fails when it answers
5xx other than 503, ends, answers what was not asked, or takes too much memory.

    fuzz_client.py [--requests N] [--seed S] [--processes P] [--binary LECTERN] [--rss-mib M] [--seconds T]

A seed repeats the same requests; what was sent last on a connection that went wrong is written to
fuzz-fault-SEED-PROCESS.bin in the present folder."""

import argparse
import json
import multiprocessing
import os
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
BATCH_MAX = 24  # requests on a connection before their answers are read
PATIENCE_S = 120


class Fault(Exception):
    pass


class Reader:
    """Answers, one after another, from a connection."""

    def __init__(self, connection):
        self.connection, self.data = connection, b""

    def more(self):
        got = self.connection.recv(1 << 18)
        self.data += got
        return bool(got)

    def next(self, bodiless=False):
        """(status, body, head), or None at the end of the connection."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                if self.data:
                    raise Fault(f"an answer ends in its head: {self.data[:200]!r}")
                return None
        head, _, rest = self.data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 "):
            raise Fault(f"no answer begins with {head[:100]!r}")
        status = int(head[9:12])
        at = head.lower().find(b"\r\ncontent-length:")
        length = int(head[at + 17:].partition(b"\r\n")[0]) if at >= 0 and not bodiless and status not in (204, 304) else 0
        self.data = rest
        if bodiless == "maybe" and self.data[:5] in (b"", b"HTTP/"):
            length = 0
        while len(self.data) < length:
            if not self.more():
                raise Fault(f"an answer of {length} bytes ends after {len(self.data)}")
        body, self.data = self.data[:length], self.data[length:]
        if status == 100:
            return self.next(bodiless)
        return status, body, head


class Client:
    def __init__(self, port, authorization, seed):
        from fuzz_requests import Grammar

        self.port = port
        self.grammar = Grammar(seed)
        self.grammar.authorization = authorization
        self.counts = {"requests": 0, "accepted": 0, "stored": 0, "refused": 0, "busy": 0, "connections": 0}
        self.of_kind = {}
        self.sent = b""

    def check(self, name, expected, status, body):
        counts = self.counts
        counts["requests"] += 1
        kind = self.of_kind.setdefault(name, {})
        kind[status] = kind.get(status, 0) + 1
        if status >= 500 and status != 503:
            raise Fault(f"{name} was answered with {status}: {body[:300]!r}")
        counts["busy"] += status == 503
        counts["accepted"] += status < 400
        counts["refused"] += 400 <= status < 500
        if status == 503 or expected in (None, "HEAD"):
            pass
        elif expected == "204":
            if status != 204:
                raise Fault(f"a good PUT was answered with {status}: {body[:300]!r}")
            counts["stored"] += 1
        elif status != 200 or json.loads(body) != expected:
            raise Fault(f"a good POST of {expected} was answered with {status}: {body[:300]!r}")
        else:
            counts["stored"] += len(expected)
        if name == "good_get" and status == 200 and b'"more":"/' in body:
            more = body[body.rindex(b'"more":"') + 8:].partition(b'"')[0].decode()
            self.grammar.cursors = (self.grammar.cursors + [more])[-50:]

    def round(self, most):
        """One connection: up to `most` requests."""
        batch = []
        while len(batch) < most:
            batch.append(self.grammar.next())
            if batch[-1][3]:
                break
        self.sent = b"".join(one[1] for one in batch)
        self.counts["connections"] += 1
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            connection.settimeout(PATIENCE_S)
            try:
                connection.sendall(self.sent)
                if batch[-1][3]:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server may end the connection with its last request
            reader = Reader(connection)
            for name, _, expected, is_last, request_id in batch:
                try:
                    answer = reader.next("maybe" if expected == "HEAD" and name == "alternate" else expected == "HEAD")
                except (OSError, Fault) as error:
                    if is_last:  # it may have become a HEAD, or anything
                        self.counts["requests"] += 1
                        return
                    if isinstance(error, Fault):
                        raise
                    raise Fault(f"{name}: {error}") from error
                if answer is None:
                    if is_last or name == "alternate":
                        self.counts["requests"] += 1
                        return
                    raise Fault(f"the connection ended before {name} was answered")
                status, body, head = answer
                told = head.lower().partition(b"\r\nx-request-id: ")[2].partition(b"\r\n")[0].decode("latin-1")
                if told and told != request_id and not is_last:
                    raise Fault(f"request {request_id} got the answer of {told}")
                self.check(name, expected, status, body)
                if b"\r\nconnection: close" in head.lower():
                    return  # it said so: what was sent behind is not answered
            if reader.data and not batch[-1][3]:
                raise Fault(f"more answers than requests: {reader.data[:200]!r}")


def work(port, authorization, seed, requests, seconds, results):
    client, fault = Client(port, authorization, seed), None
    end = time.monotonic() + seconds
    try:
        while client.counts["requests"] < requests and time.monotonic() < end:
            client.round(min(BATCH_MAX, requests - client.counts["requests"]))
    except Exception as error:  # told to the parent, whatever it is
        fault = f"seed {seed}, request {client.counts['requests']}: {type(error).__name__}: {error}"
        with open(f"fuzz-fault-{seed}.bin", "wb") as out:
            out.write(client.sent)
    results.put((client.counts, client.of_kind, fault))


def merged(into, counts):
    for key, value in counts.items():
        into[key] = into.get(key, 0) + value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--rss-mib", type=int, default=400)
    parser.add_argument("--binary")
    parser.add_argument("--backend", default="embedded")
    options = parser.parse_args()
    if options.binary:
        os.environ["LECTERN_BINARY"] = os.path.abspath(options.binary)
    import harness

    faults, counts, kinds, peak_mib = [], {}, {}, 0
    settings = {"LECTERN_RUNSERVER_HEADER_DEADLINE_MS": "2000", "LECTERN_RUNSERVER_BODY_IDLE_MS": "5000",
                "LECTERN_RUNSERVER_MAX_SEARCH_HITS_COUNT": "5", "LECTERN_LOG_LEVEL": "warning"}
    settings.update({name: value for name, value in os.environ.items() if name.startswith(("ASAN_", "UBSAN_"))})
    began = time.monotonic()
    with harness.HostileServer(settings, backend=options.backend) as server:
        results = multiprocessing.Queue()
        share = -(-options.requests // options.processes)
        workers = [multiprocessing.Process(target=work, args=(
            server.port, harness.basic(), options.seed * 1000 + i, share, options.seconds, results))
            for i in range(options.processes)]
        for worker in workers:
            worker.start()
        told, shown = 0, began
        while told < len(workers):
            try:
                of_one, of_kind, fault = results.get(timeout=0.2)
                told += 1
                merged(counts, of_one)
                for name, statuses in of_kind.items():
                    merged(kinds.setdefault(name, {}), statuses)
                faults += [fault] if fault else []
            except Exception:  # queue.Empty: look at the server meanwhile
                pass
            peak_mib = max(peak_mib, server.rss_mib())
            if time.monotonic() > shown + 60:
                shown = time.monotonic()
                print(f"  {shown - began:.0f} s: {server.rss_mib()} MiB", flush=True)
        if server.process.poll() is not None:
            faults.append(f"the server ended with {server.process.poll()}: {server.log_text()}")
        elif server.call("GET", "/__heartbeat__").status != 200:
            faults.append("the heartbeat is not good at the end")
        code = server.stop()
        log = server.log_text()
        if code != 0 or "runtime error" in log or "AddressSanitizer" in log or "assert" in log.lower():
            faults.append(f"the server ended with {code}: {log}")
    seconds = time.monotonic() - began
    print(f"seed {options.seed}: {counts.get('requests', 0)} requests in {seconds:.0f} s on {counts.get('connections', 0)} "
          f"connections: {counts.get('accepted', 0)} accepted, {counts.get('refused', 0)} refused, {counts.get('busy', 0)} "
          f"times 503; {counts.get('stored', 0)} statements stored; peak {peak_mib} MiB of {options.rss_mib}")
    for name in sorted(kinds):
        print(f"  {name}: " + ", ".join(f"{status}: {count}" for status, count in sorted(kinds[name].items())))
    if peak_mib > options.rss_mib:
        faults.append(f"the server took {peak_mib} MiB")
    if counts.get("accepted", 0) * 3 < counts.get("requests", 0):
        faults.append("less than a third was accepted: the store is hardly reached")
    for fault in faults:
        print("FAULT " + fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
