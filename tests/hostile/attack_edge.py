"""What browsers, probes, logs and eavesdroppers are told, and clients that do not read."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from harness import MIB, STATEMENTS, Skip, at_once, basic, lectern, request, scenario, statement


@scenario(peak_mib=160)
def documents_in_a_browser(trial):
    """A document that is stored as HTML comes back as nothing that a browser would run on this origin."""
    with trial.server() as server:
        at = ("/xAPI/activities/state?activityId=http://e.org/a&stateId=s&agent=" +
              urllib.parse.quote('{"mbox":"mailto:a@e.org"}'))
        assert server.call("PUT", at, b"<script>alert(1)</script>", headers={"Content-Type": "text/html"}).status == 204
        answer = server.call("GET", at)
        trial.expect("X-Content-Type-Options: nosniff", answer.headers.get("x-content-type-options") == "nosniff",
                     answer.headers)
        policy = answer.headers.get("content-security-policy", "")
        trial.expect("a policy that sandboxes it", "sandbox" in policy, policy)


@scenario(peak_mib=160)
def refused_clients_ask_no_store(trial):
    """401 on the statements costs the store nothing: it is answered from the headers alone, thousands a second."""
    with trial.server() as server:
        began = time.monotonic()
        raw = request("GET", STATEMENTS) * 200
        outcomes = at_once(8, lambda _: count_answers(server.port, raw, 200))
        trial.expect("each is 401", all(o == 200 for o in outcomes), outcomes)
        trial.within("1,600 refusals", time.monotonic() - began, 10)


def count_answers(port, raw, count):
    seen = b""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(raw)
        while seen.count(b"HTTP/1.1 401") < count:
            more = connection.recv(1 << 16)
            if not more:
                break
            seen += more
    return seen.count(b"HTTP/1.1 401")


@scenario(peak_mib=160)
def ciphers_without_forward_secrecy(trial):
    """TLS offers forward secrecy only: static RSA and CBC are refused, ECDHE with an AEAD is served."""
    if not shutil.which("openssl"):
        raise Skip("no openssl to make a certificate")
    with trial.server(tls=False) as probe:
        folder = probe.app_dir
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"],
                       check=True, capture_output=True)
        server = lectern.Server({"LECTERN_RUNSERVER_TLS_CERTIFICATE": folder + "/cert.pem",
                                 "LECTERN_RUNSERVER_TLS_KEY": folder + "/key.pem"})
        server.call = lambda *_, **__: lectern.Answer(200 if handshake(server.port, "DEFAULT") else 0, {}, b"")
        with server:
            for cipher in ("AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"):
                trial.expect(f"{cipher} is refused", not handshake(server.port, cipher + ":@SECLEVEL=0"))
            trial.expect("ECDHE-RSA-AES128-GCM-SHA256 is served",
                         handshake(server.port, "ECDHE-RSA-AES128-GCM-SHA256"))


def handshake(port, ciphers):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain):
            return True
    except ssl.SSLError:
        return False


@scenario(peak_mib=160)
def metrics_can_ask_for_credentials(trial):
    """With the setting for it, /metrics is told to nobody without credentials."""
    with trial.server({"LECTERN_METRICS_CREDENTIALS": "true"}) as server:
        trial.expect("without: 401", server.call("GET", "/metrics", user=None).status == 401)
        trial.expect("with: 200", server.call("GET", "/metrics").status == 200)


@scenario(peak_mib=600, p99_ms=1000)
def large_pages_unread(trial):
    """A page ends by bytes: statements of 5 MB, and 16 clients that ask for a page of them and do not read."""
    with trial.server() as server:
        for _ in range(10):
            one = statement(context={"extensions": {"http://e.org/x": "x" * (5 * MIB)}})
            answer = server.call("POST", STATEMENTS, one)
            trial.expect("each is stored", answer.status == 200, answer.status)
        seen, page = [], STATEMENTS + "?limit=10"
        while page:
            answer = server.call("GET", page, timeout=120)
            seen += [s["id"] for s in answer.json["statements"]]
            page = answer.json["more"]
        trial.expect("a walk sees all of them", len(set(seen)) == 10, len(seen))
        with trial.good_user(server):
            connections = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(16)]
            for connection in connections:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.sendall(request("GET", STATEMENTS + "?limit=10", authorization=basic()))
            time.sleep(4)
            for connection in connections:
                connection.close()


@scenario(peak_mib=300, p99_ms=300)
def large_pages_read_slowly(trial):
    """16 clients that read a page of 7 MB at 10 KB/s each: they hold bounded memory, others get such pages beside
    them, and their connections end when the time for an answer is over (here 5 s), those that read in earnest get
    it all."""
    users = [lectern.user("janedoe"), lectern.user("slow")]
    with trial.server({"LECTERN_RUNSERVER_BODY_DEADLINE_MS": "5000"}, users=users) as server:
        one = statement(context={"extensions": {"http://e.org/x": "x" * (7 * MIB)}})
        assert server.call("POST", STATEMENTS, one).status == 200
        target = f"{STATEMENTS}?statementId={one['id']}"
        ended = []

        def read_slowly(_):
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.settimeout(30)
                connection.connect(("127.0.0.1", server.port))
                connection.sendall(request("GET", target, authorization=basic("slow")))
                began, received = time.monotonic(), 0
                try:
                    while time.monotonic() < began + 25:
                        more = len(connection.recv(2048))
                        if more == 0:
                            break
                        received += more
                        time.sleep(0.2)
                except OSError:
                    pass
                ended.append((time.monotonic() - began, received))

        with trial.good_user(server):
            readers = threading.Thread(target=lambda: at_once(16, read_slowly))
            readers.start()
            time.sleep(1)
            for _ in range(5):
                began = time.monotonic()
                answer = server.call("GET", target, timeout=60)
                trial.expect("another gets the page", answer.status == 200 and len(answer.body) > 7 * MIB, answer.status)
                trial.within("it takes", time.monotonic() - began, 5)
            readers.join()
        trial.note(f"ended after {min(ended)[0]:.1f} to {max(ended)[0]:.1f} s")
        trial.expect("each connection is ended within 20 s", max(ended)[0] <= 20, max(ended))
        trial.expect("none got the whole", max(received for _, received in ended) < 7 * MIB)


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *out) {
  static int (*real)(clockid_t, struct timespec *);
  static long ahead = -1;
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  if (ahead < 0) ahead = getenv("AHEAD_S") ? atol(getenv("AHEAD_S")) : 0;
  const int result = real(id, out);
  if (id == CLOCK_REALTIME) out->tv_sec += ahead;
  return result;
}
"""


@scenario(peak_mib=160)
def a_clock_that_was_ahead(trial):
    """A clock that once was ten years ahead is noticed, and said in the log."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("no C compiler for the shim")
    with trial.server() as server:
        source, shim = server.app_dir + "/shim.c", server.app_dir + "/shim.so"
        with open(source, "w") as out:
            out.write(SHIM)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
        server.stop()
        server.settings.update({"LD_PRELOAD": shim, "AHEAD_S": str(10 * 365 * 86400)})
        server.start()
        assert server.call("POST", STATEMENTS, statement()).status == 200
        server.stop()
        server.settings.pop("LD_PRELOAD")
        log = os.path.getsize(server.app_dir + "/server.log")
        server.start()
        server.call("POST", STATEMENTS, statement())
        with open(server.app_dir + "/server.log", errors="replace") as text:
            text.seek(log)
            said = text.read()
        trial.expect("a line of the log says so", "clock" in said.lower(), said)
