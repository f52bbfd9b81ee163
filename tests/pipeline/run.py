#!/usr/bin/env python3
"""The commands of a pipe with input and output that go wrong, and much of it: one clear line each, an exit code,
nothing lost without a word, bounded memory."""

import gzip
import http.server
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from peak import peak_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("LECTERN_BINARY", os.path.join(ROOT, "build", "release", "lectern"))
VALIDATE = [BINARY, "validate", "-f", "xapi"]
HOME = tempfile.TemporaryDirectory()
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": HOME.name}


def statement(number, padding=""):
    return ('{"id":"00000000-0000-4000-8000-%012d","actor":{"mbox":"mailto:a@b.ch"},"verb":{"id":"http://v.example/v"},'
            '"object":{"id":"http://o.example/o"},"result":{"response":"%s"}}\n' % (number, padding)).encode()


def run(command, data=b"", **options):
    done = subprocess.run(command, input=data, capture_output=True, timeout=120, env=ENVIRONMENT, **options)
    return done.returncode, done.stdout, done.stderr.decode()


def a_file_that_was_cut_gives_what_is_whole_in_it():
    lines = b"".join(statement(i, os.urandom(300).hex()) for i in range(1000))
    packed = gzip.compress(lines)
    code, out, told = run(VALIDATE, packed[: len(packed) // 2])
    assert code == 1 and "the gzip data ends early: the file was cut (after line" in told, told
    assert lines.startswith(out) and out.endswith(b"\n") and 300 < out.count(b"\n") < 700, out.count(b"\n")
    assert told.count("\n") == 2, told
    damaged = packed[:20000] + bytes(100) + packed[20100:]
    code, out, told = run(VALIDATE + ["-I"], damaged)
    assert code == 1 and "stdin: the gzip data is damaged" in told, told
    zstd = subprocess.run(["zstd", "-q"], input=lines, capture_output=True).stdout
    code, out, told = run(VALIDATE, zstd[: len(zstd) // 2])
    assert code == 1 and "the zstd data ends early" in told and lines.startswith(out), told
    code, out, _ = run(VALIDATE, zstd + zstd)
    assert code == 0 and out == lines + lines


def a_line_that_is_too_long_is_refused_unread():
    with tempfile.TemporaryFile() as file:
        file.write(statement(1))
        for _ in range(101):
            file.write(b"x" * (1024 * 1024))
        file.write(b"\n" + statement(2))
        file.seek(0)
        done = subprocess.run(VALIDATE + ["-I"], stdin=file, capture_output=True, env=ENVIRONMENT)
    told = done.stderr.decode()
    assert done.returncode == 0 and done.stdout == statement(1) + statement(2), told
    assert "line 2: the line has 105906177 bytes; the most is 104857600" in told, told
    code, out, told = run(VALIDATE + ["-I", "--line-bytes-max", "300"], statement(1) + statement(2, "x" * 300))
    assert out == statement(1) and "line 2: the line has" in told, told


def bytes_that_are_no_text_are_refused_line_by_line():
    noise = bytes(range(256)).replace(b"\n", b"") + b"\n"
    code, out, told = run(VALIDATE + ["-I"], noise + statement(1) + noise)
    assert code == 0 and out == statement(1) and "line 1: " in told and "line 3: " in told, told
    assert "Total events: 3, Invalid events: 2" in told, told


def ends_of_lines_stay_as_they_are():
    crlf = statement(1).replace(b"\n", b"\r\n")
    code, out, _ = run(VALIDATE, crlf + statement(2)[:-1])
    assert code == 0 and out == crlf + statement(2), out
    code, out, told = run(VALIDATE)
    assert code == 0 and out == b"" and told == "Total events: 0, Invalid events: 0\n", told


def a_disk_that_is_full_is_told():
    lines = b"".join(statement(i) for i in range(5000))
    with open("/dev/full", "wb") as full:
        done = subprocess.run(VALIDATE, input=lines, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert done.returncode == 1, done.returncode
    assert done.stderr.decode().endswith("Error: stdout: No space left on device\n"), done.stderr
    code, _, told = run(VALIDATE + ["-I", "--errors", "/dev/full"], b"nonsense\n" + statement(1))
    assert code == 1 and "Error: /dev/full: No space left on device" in told, told


def a_reader_that_goes_away_ends_it_at_once():
    process = subprocess.Popen(VALIDATE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=ENVIRONMENT)
    process.stdin.write(statement(1))
    process.stdin.flush()
    assert process.stdout.readline() == statement(1)  # while the input is still open
    process.stdout.close()
    process.stdin.write(statement(2))
    process.stdin.flush()
    assert process.wait(20) == -signal.SIGPIPE, process.returncode  # which still waited for more
    told = process.stderr.read().decode()
    assert told == "Total events: 2, Invalid events: 0\n", told
    process.stdin.close()


def ctrl_c_ends_it_with_what_was_done():
    for name in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(VALIDATE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=ENVIRONMENT)
        process.stdin.write(statement(1) + statement(2)[:40])
        process.stdin.flush()
        assert process.stdout.readline() == statement(1)
        process.send_signal(name)
        assert process.wait(20) == -name, process.returncode
        assert process.stdout.read() == b""
        assert process.stderr.read().decode() == "Total events: 1, Invalid events: 0\n"
        process.stdin.close()


def a_file_is_written_in_order_whatever_is_done_at_once():
    text = b"".join(statement(i, "x" * 300) for i in range(20_000))
    with tempfile.TemporaryDirectory() as folder:
        code, _, told = run([BINARY, "write", "-b", "fs", "--fs-default-directory-path", folder, "-c", "8", "-t", "all"], text)
        assert code == 0, told
        with open(os.path.join(folder, "all"), "rb") as file:
            assert file.read() == text


def much_input_takes_little_memory_and_keeps_its_order():
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
        for i in range(150_000):
            file.write(statement(i, "x" * 1000))
        file.seek(0)
        code, peak = peak_of(VALIDATE, ENVIRONMENT, file, out)
        assert code == 0
        assert peak < 64, f"{peak:.0f} MiB"
        out.seek(0)
        for i in range(150_000):
            assert out.readline() == statement(i, "x" * 1000), i


def a_store_that_no_server_has_open_takes_little_memory():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
        for i in range(60_000):
            file.write(statement(i, "x" * 1000))
        file.seek(0)
        environment = {**ENVIRONMENT, "LECTERN_APP_DIR": folder}
        for command, stdin, mebibytes_max in (("write", file, 96), ("read", subprocess.DEVNULL, 64)):
            code, peak = peak_of([BINARY, command, "-b", "embedded"], environment, stdin, out)
            assert code == 0, command
            assert peak < mebibytes_max, f"{command}: {peak:.0f} MiB"
        out.seek(0)
        assert sum(1 for _ in out) == 60_000


def a_terminal_sees_how_far_it_is_and_a_pipe_does_not():
    master, slave = pty.openpty()
    process = subprocess.Popen(VALIDATE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave,
                               env=ENVIRONMENT)
    os.close(slave)
    for i in range(3):
        process.stdin.write(statement(i))
        process.stdin.flush()
        time.sleep(0.3)
    process.stdin.close()
    assert process.wait(20) == 0
    seen = b""
    try:
        while part := os.read(master, 4096):
            seen += part
    except OSError:
        pass  # its end
    os.close(master)
    assert re.search(rb"[23] records, \d+/s, 0 refused", seen), seen
    assert seen.endswith(b"Total events: 3, Invalid events: 0\r\n"), seen


def a_file_that_could_not_be_written_whole_has_not_its_name():
    with tempfile.TemporaryDirectory() as folder:
        packed = gzip.compress(b"".join(statement(i, os.urandom(300).hex()) for i in range(1000)))
        write = [BINARY, "write", "-b", "fs", "--fs-default-directory-path", folder, "-t", "out.jsonl"]
        code, _, told = run(write, packed[: len(packed) // 2])
        assert code == 1 and "the file was cut" in told and "What was written until then is in " in told, told
        assert os.listdir(folder) == ["out.jsonl.part"], os.listdir(folder)
        code, _, told = run(write, packed)
        assert code == 0 and told == "1000 records written, 0 refused\n", told
        assert os.listdir(folder) == ["out.jsonl"], os.listdir(folder)
        code, _, told = run([BINARY, "write", "-b", "fs", "-t", "/dev/full"], statement(1))
        assert code == 1 and "Error: /dev/full: No space left on device" in told, told


def ctrl_c_leaves_what_was_written_under_its_name():
    with tempfile.TemporaryDirectory() as folder:
        write = [BINARY, "write", "-b", "fs", "--fs-default-directory-path", folder, "-t", "out.jsonl"]
        process = subprocess.Popen(write, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
        process.stdin.write(statement(1) + statement(2)[:40])
        process.stdin.flush()
        part = os.path.join(folder, "out.jsonl.part")
        while not (os.path.exists(part) and os.path.getsize(part) > 0):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT, process.returncode
        assert process.stderr.read().decode() == "1 records written, 0 refused\n"
        process.stdin.close()
        assert os.listdir(folder) == ["out.jsonl"], os.listdir(folder)
        with open(os.path.join(folder, "out.jsonl"), "rb") as file:
            assert file.read() == statement(1)
        with open(os.path.join(folder, "much.jsonl"), "wb") as file:
            file.write(statement(1) * 100_000)
        read = [BINARY, "read", "-b", "fs", "--fs-default-directory-path", folder, "much.jsonl"]
        process = subprocess.Popen(read, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
        assert process.stdout.readline() == statement(1)
        process.stdout.close()
        assert process.wait(20) == -signal.SIGPIPE, process.returncode
        assert process.stderr.read() == b""


def a_write_that_was_killed_can_be_run_again_into_a_store_of_ours():
    """Into the embedded store that the command opens, and into a server's by `lrs`."""
    some = [statement(i) for i in range(5000)]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**ENVIRONMENT, "LECTERN_APP_DIR": os.path.join(folder, "own"), "RALPH_BACKENDS__DATA__LRS__USERNAME": "me"}
        killed_and_run_again(["-b", "embedded"], some, environment)
        environment["LECTERN_APP_DIR"] = os.path.join(folder, "served")
        subprocess.run([BINARY, "auth", "-u", "me", "-p", "secret", "-s", "all", "-M", "mailto:me@a.ch", "-w"], check=True,
                       env=environment, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([BINARY, "runserver", "-b", "embedded", "-h", "127.0.0.1", "-p", "0"], env=environment,
                                  stderr=subprocess.PIPE)
        try:
            port = next(found[1] for line in server.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)/", line.decode())))
            environment["RALPH_BACKENDS__DATA__LRS__BASE_URL"] = f"http://127.0.0.1:{port}"
            killed_and_run_again(["-b", "lrs"], some, environment)
        finally:
            server.kill()
            server.wait()
            server.stderr.close()


def killed_and_run_again(backend, some, environment):
    process = subprocess.Popen([BINARY, "write", *backend, "-s", "100"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env=environment)
    process.stdin.write(b"".join(some[:2500]))
    process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    again = subprocess.run([BINARY, "write", *backend], input=b"".join(some), capture_output=True, env=environment)
    assert (again.returncode, again.stderr) == (0, b"5000 records written, 0 refused\n"), again
    read = subprocess.run([BINARY, "read", *backend], capture_output=True, env=environment)
    ids = [json.loads(line)["id"] for line in read.stdout.splitlines()]
    assert sorted(ids) == [json.loads(line)["id"] for line in some], len(ids)


class Server(http.server.BaseHTTPRequestHandler):
    """Refuses the first POST as one that is away does, and breaks off the second behind its body."""

    protocol_version = "HTTP/1.1"
    posts, stored = 0, {}

    def do_POST(self):
        Server.posts += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if Server.posts > 1:
            for one in body:
                Server.stored[one["id"]] = one
        if Server.posts == 2:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        text = b"[]" if Server.posts > 1 else b"try later"
        self.send_response(200 if Server.posts > 1 else 503)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def a_server_that_is_away_for_a_while_is_waited_for():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    lines = b"".join(b'{"n":%d}\n' % i for i in range(10))
    code, _, told = run([BINARY, "write", "-b", "lrs", "--lrs-base-url", base, "-s", "5"], lines)
    server.shutdown()
    assert code == 0 and "10 records written, 0 refused" in told, told
    assert told.count("trying again in") >= 1 and Server.posts >= 3, told
    assert sorted(one["n"] for one in Server.stored.values()) == list(range(10)), Server.stored


def main():
    helpers = ("statement", "run", "peak_of", "killed_and_run_again", "main")
    tests = [value for name, value in globals().items()
             if callable(value) and name == name.lower() and name not in helpers]
    only = sys.argv[1:]
    failed = 0
    for test in tests:
        if only and test.__name__ not in only:
            continue
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"{test.__name__.replace('_', ' ')}: {str(error)[:500]}")
    print(f"{len(tests)} tests, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
