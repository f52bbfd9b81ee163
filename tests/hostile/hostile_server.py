"""A server that is no database, receiver or provider, whatever it is taken for: each connection is answered
as its mode says, for ever; and a provider of identities whose answers a scenario chooses. In this process,
threads."""

import collections
import functools
import http.server
import json
import socket
import struct
import threading

MIB = 1024 * 1024


def chunked(piece):
    return b"%x\r\n" % len(piece) + piece + b"\r\n"


@functools.cache
def mongo_documents():
    """45 MB of BSON: a cursor with three large documents."""
    text = b"x" * (15 * MIB)

    def document(*members):
        body = b"".join(members)
        return struct.pack("<i", len(body) + 5) + body + b"\0"

    row = document(b"\x02_id\0" + struct.pack("<i", len(text) + 1) + text + b"\0")
    rows = document(*(b"\x03" + str(i).encode() + b"\0" + row for i in range(3)))
    cursor = document(b"\x12id\0" + bytes(8), b"\x02ns\0" + struct.pack("<i", 4) + b"a.b\0", b"\x04firstBatch\0" + rows)
    reply = document(b"\x03cursor\0" + cursor, b"\x01ok\0" + struct.pack("<d", 1.0))
    return reply


def mongo_head(request_id):
    """Of a reply with them, to any command (OP_MSG)."""
    return struct.pack("<iiiiiB", 21 + len(mongo_documents()), 1, request_id, 2013, 0, 0)


class HostileServer:
    """`mode` may be changed at any time. Modes:
    pass: what comes goes to `behind`, a host:port, and back, and each piece counts as a request; silent: requests are taken and never answered; trickle: a byte of the head each second; cut: the connection
    ends in the head; huge: 100 MB that begin like JSON; endless: a chunked body without an end; headers: a head
    without an end; redirect: 302 to `elsewhere`; busy: 429 with Retry-After: 1000000; again: 503 with
    Retry-After: 0; nothing: 200 and an empty body; page: 200 and HTML; or bytes, which are sent as they are."""

    def __init__(self, mode, elsewhere="", behind="", speaks="http"):
        self.mode = mode
        self.behind = behind
        self.speaks = speaks  # "http" or "mongo"
        self.elsewhere = elsewhere
        self.requests = 0
        self.sent_bytes = 0
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        upstream = None
        with connection:
            connection.settimeout(120)
            try:
                while not self.stop.is_set():
                    data = connection.recv(65536)
                    if not data:
                        break
                    if self.mode == "pass":
                        if upstream is None:
                            host, _, port = self.behind.rpartition(":")
                            upstream = socket.create_connection((host, int(port)), 120)
                            threading.Thread(target=self.pump, args=(upstream, connection), daemon=True).start()
                        self.requests += 1
                        upstream.sendall(data)
                    elif self.speaks == "mongo":
                        if not self.answer_mongo(connection, data):
                            break
                    elif not (self.read_request(connection, data) and self.answer(connection)):
                        break
            except OSError:
                pass
        if upstream:
            upstream.close()

    def pump(self, upstream, connection):
        try:
            while data := upstream.recv(65536):
                connection.sendall(data)
        except OSError:
            pass

    def read_request(self, connection, data):
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        left = length - len(body)
        while left > 0:
            more = connection.recv(65536)
            if not more:
                return False
            left -= len(more)
        self.requests += 1
        return True

    def answer_mongo(self, connection, data):
        self.requests += 1
        if self.mode == "silent":
            self.wait_while("silent")
        elif self.mode == "huge" and len(data) >= 16:
            self.send(connection, mongo_head(struct.unpack("<i", data[4:8])[0]))
            self.send(connection, mongo_documents())
            return True
        else:  # cut
            self.send(connection, b"\x10\0\0")
        return False

    def wait_while(self, mode):
        while self.mode == mode and not self.stop.wait(0.1):
            pass

    def send(self, connection, data):
        connection.sendall(data)
        self.sent_bytes += len(data)

    def answer(self, connection):
        """Whether the connection is kept."""
        mode = self.mode
        plain = {
            "redirect": b"302 Found\r\nLocation: " + self.elsewhere.encode() + b"\r\nContent-Length: 0\r\n\r\n",
            "busy": b"429 Too Many Requests\r\nRetry-After: 1000000\r\nContent-Length: 0\r\n\r\n",
            "again": b"503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
            "nothing": b"200 OK\r\nContent-Length: 0\r\n\r\n",
            "page": b"200 OK\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n<html>Log in</html>\r\n",
        }
        if isinstance(mode, bytes) or mode in plain:
            self.send(connection, b"HTTP/1.1 " + (mode if isinstance(mode, bytes) else plain[mode]))
            return True
        if mode == "silent":
            self.wait_while("silent")
        elif mode == "trickle":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Filler: " + b"x" * 1000:
                self.send(connection, bytes([byte]))
                if self.stop.wait(1):
                    break
        elif mode == "cut":
            self.send(connection, b"HTTP/1.1 200 OK\r\nContent-Le")
        elif mode == "huge":
            self.send(connection, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n"
                      b"X-elastic-product: Elasticsearch\r\nX-ClickHouse-Summary: {}\r\n\r\n")
            left = 100000000
            for piece in (b'{"hits":{"hits":[', *[b'{"_source":{}},' * 4096] * 2000):
                self.send(connection, piece[:left])
                left -= len(piece[:left])
                if left == 0:
                    return True
        elif mode in ("endless", "headers"):
            self.send(connection, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
            if mode == "endless":
                self.send(connection, b"X-ClickHouse-Summary: {}\r\nTransfer-Encoding: chunked\r\n\r\n")
            piece = chunked(b" " * 65536) if mode == "endless" else b"X-Filler: " + b"x" * 8000 + b"\r\n"
            while not self.stop.is_set():
                self.send(connection, piece)
        return False


class Provider:
    """A provider of identities: `answers` holds what it says by path, JSON, or a function of the form that was
    posted; `delays_s` how long it takes over that; `asked` counts. Discovery and an empty set of keys are there."""

    def __init__(self):
        self.answers, self.delays_s = {}, {}
        self.asked = collections.Counter()  # by path
        self.stop = threading.Event()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self, self.headers.get("Authorization", ""))

            def do_POST(self):
                provider.answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_):
                pass

        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listener.server_port}"
        self.answers["/.well-known/openid-configuration"] = {
            "issuer": self.url, "jwks_uri": self.url + "/keys", "introspection_endpoint": self.url + "/introspection",
            "userinfo_endpoint": self.url + "/user_info"}
        self.answers["/keys"] = {"keys": []}
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.listener.shutdown()
        self.listener.server_close()

    def answer(self, request, said):
        self.asked[request.path] += 1
        self.stop.wait(self.delays_s.get(request.path, 0))
        found = self.answers.get(request.path)
        text = json.dumps(found(said) if callable(found) else found).encode()
        request.send_response(200 if found is not None else 404)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)
