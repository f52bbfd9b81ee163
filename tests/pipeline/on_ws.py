#!/usr/bin/env python3
"""`read` from a WebSocket: Lectern and Ralph 5.1.0 beside each other on a small server of ours, made of the package
`websockets` from PyPI. Skipped where PyPI cannot be reached."""

import os
import signal
import subprocess
import sys
import tempfile
import time

from remote import BINARY, SKIPPED, Side, free_port, ralph, run_tests, wait_for

THREE = '{"n": 1}\n{"n": "\u00e9"}\nno JSON\n'.encode()
URI = "RALPH_BACKENDS__DATA__WS__URI"
OPTIONS = "RALPH_BACKENDS__DATA__WS__CLIENT_OPTIONS"


def tests_of(url, theirs, ours):
    def both(path, **settings):
        got = [side.run("read", "-b", "async_ws", **{URI: url + path, **settings}) for side in (theirs, ours)]
        assert got[0] == got[1], f"{path}: Ralph {str(got[0])[:300]}, Lectern {str(got[1])[:300]}, {ours.told}"
        return got[1]

    def both_programs_do_the_same():
        assert both("/three") == (0, THREE)
        assert both("/away?x=/y") == (0, THREE)
        assert both("/none") == (0, b"")
        assert both("/fault") == (1, THREE)
        assert "Failed to receive message from websocket" in ours.told and "code 1011 broken" in ours.told, ours.told
        assert both("/cut") == (1, THREE)
        assert both("/large")[0] == 1
        assert both("/fits") == (0, THREE + b"x" * 1024 * 1024 + b"\n")
        assert both("/large", **{OPTIONS: '{"max_size": 2000000}'})[0] == 0
        assert both("/pieces") == (0, THREE + "ab\u00e9c\n".encode())
        assert both("/pings") == (0, THREE + b"a pong came\n")
        assert both("/many")[1].count(b"\n") == 20000
        assert both("/many", **{OPTIONS: '{"compression": null}'})[1].count(b"\n") == 20000
        assert both("/status/403")[0] == 1 and "HTTP 403" in ours.told, ours.told

    def the_name_without_async_is_the_same():
        assert ours.run("read", "-b", "ws", "--ws-uri", url + "/three") == (0, THREE)

    def an_empty_message_is_an_empty_line():
        assert ours.run("read", "-b", "ws", **{URI: url + "/empty"}) == (0, THREE + b"\nbehind it\n")
        # Ralph ends there, as if there were no more.
        assert theirs.run("read", "-b", "async_ws", **{URI: url + "/empty"}) == (0, THREE)

    def options_go_into_the_request():
        _, out = ours.run("read", "-b", "ws", **{URI: url.replace("//", "//me:p%20w@") + "/headers",
                                                 OPTIONS: "origin=http://o.example,user_agent_header=me"})
        lines = dict(line.split(": ", 1) for line in out.decode().splitlines())
        assert lines["Origin"] == "http://o.example" and lines["User-Agent"] == "me", lines
        assert lines["Authorization"] == "Basic bWU6cCB3" and lines["Host"] in url, lines
        assert "permessage-deflate" in lines["Sec-WebSocket-Extensions"], lines

    def a_server_that_gives_no_sign_of_life_is_left():
        began = time.monotonic()
        code, out = ours.run("read", "-b", "ws", **{URI: url + "/deaf", OPTIONS: "ping_interval=1,ping_timeout=1"})
        assert code == 1 and out == THREE and time.monotonic() - began < 20, ours.told
        assert "Failed to receive message from websocket" in ours.told, ours.told

    def over_tls_the_certificate_counts():
        path = os.path.join(ours.home, "certificate")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path, "-out", path + ".pem",
                        "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
        with open(path + ".pem") as certificate, open(path, "a") as file:
            file.write(certificate.read())
        port = free_port()
        server = start(theirs.program, port, path)
        address = f"wss://localhost:{port}/three"
        for side in (theirs, ours):
            assert side.run("read", "-b", "async_ws", **{URI: address}, SSL_CERT_FILE=path) == (0, THREE), side.told
            assert side.run("read", "-b", "async_ws", **{URI: address})[0] == 1, side.told
            assert side.run("read", "-b", "async_ws", **{URI: address.replace("localhost", "127.0.0.1")},
                            SSL_CERT_FILE=path)[0] == 1, side.told
        assert "certificate verify failed" in ours.told and "trying again" not in ours.told, ours.told
        server.terminate()

    def ctrl_c_ends_it_with_what_was_read():
        process = subprocess.Popen([BINARY, "read", "-b", "ws"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**ours.environment, URI: url + "/silent"})
        assert process.stdout.read(len(THREE)) == THREE
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT, process.returncode

    def a_reader_that_goes_away_ends_it():
        process = subprocess.Popen([BINARY, "read", "-b", "ws"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**ours.environment, URI: url + "/many"})
        process.stdout.read(5)
        process.stdout.close()
        assert process.wait(20) == -signal.SIGPIPE, process.returncode

    def a_server_that_is_not_there_yet_is_waited_for():
        port = free_port()
        process = subprocess.Popen([BINARY, "read", "-b", "ws", "--ws-uri", f"ws://127.0.0.1:{port}/three"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ours.environment)
        time.sleep(0.7)
        server = start(theirs.program, port)
        out, told = process.communicate(timeout=30)
        server.terminate()
        assert (process.returncode, out) == (0, THREE) and b"trying again in" in told, told

    def settings_that_cannot_be_used_are_told():
        for settings, told in [({}, "WS needs a URI"), ({URI: "http://x"}, "WS URI=http://x: allowed is a ws or wss URL"),
                               ({URI: url, OPTIONS: "max_size=much"}, "WS CLIENT_OPTIONS__max_size=much: allowed is")]:
            assert ours.run("read", "-b", "ws", **settings)[0] == 1 and told in ours.told, ours.told

    return [both_programs_do_the_same, the_name_without_async_is_the_same, an_empty_message_is_an_empty_line,
            options_go_into_the_request, a_server_that_gives_no_sign_of_life_is_left,
            over_tls_the_certificate_counts, ctrl_c_ends_it_with_what_was_read, a_reader_that_goes_away_ends_it,
            a_server_that_is_not_there_yet_is_waited_for, settings_that_cannot_be_used_are_told]


def start(program, port, *certificate):
    process = subprocess.Popen([os.path.join(os.path.dirname(program), "python"),
                                os.path.join(os.path.dirname(os.path.abspath(__file__)), "ws_server.py"), str(port),
                                *certificate],
                               stderr=subprocess.DEVNULL)
    wait_for(port, process)
    return process


def main():
    try:
        program = ralph()
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached")
        return SKIPPED
    port = free_port()
    server = start(program, port)
    try:
        with tempfile.TemporaryDirectory() as folder:
            theirs, ours = Side(program, os.path.join(folder, "1"), "theirs", {}), \
                Side(BINARY, os.path.join(folder, "2"), "ours", {})
            return run_tests(tests_of(f"ws://127.0.0.1:{port}", theirs, ours))
    finally:
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
