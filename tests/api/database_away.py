#!/usr/bin/env python3
"""What a server says of a database that is not there or says nothing, and of users that could store nothing in it."""

import socket

from lectern import Server, free_port, user

AT = "RALPH_BACKENDS__LRS__CLICKHOUSE__"
STATEMENT = {"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "http://example.org/v"},
             "object": {"id": "http://example.org/o"}}


def retry_after(server):
    answer = server.call("POST", "/xAPI/statements", STATEMENT)
    assert answer.status == 503, answer
    return int(answer.headers["retry-after"])


def check_retry_after():
    """Retry-After grows with the time that was waited in vain."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)  # the kernel takes connections, and nobody answers
        for port, timeout_ms, least, most in ((free_port(), 4000, 1, 3), (silent.getsockname()[1], 4000, 4, 60),
                                              (silent.getsockname()[1], 9000, 9, 60)):
            settings = {AT + "HOST": "127.0.0.1", AT + "PORT": str(port), "LECTERN_STORE_TIMEOUT_MS": str(timeout_ms)}
            with Server(settings, backend="clickhouse") as server:
                seconds = retry_after(server)
                assert least <= seconds <= most, f"{seconds} s after {timeout_ms} ms"


def check_targets():
    """The log names at the start each user whose target would be lost, and no other."""
    users = [user("janedoe"), user("lost", target="system.views"), user("ours", target="t_lectern_rows"),
             user("good", target="own_table")]
    settings = {AT + "HOST": "127.0.0.1", AT + "PORT": str(free_port())}
    with Server(settings, users=users, backend="clickhouse") as server:
        told = [line for line in server.log_text().splitlines() if "cannot store anything" in line]
        assert len(told) == 2 and "user lost " in told[0] and "user ours " in told[1], server.log_text()
        answer = server.call("POST", "/xAPI/statements", STATEMENT, user="lost")
        assert answer.status == 400, answer


def main():
    for check in (check_retry_after, check_targets):
        check()
        print(check.__doc__)


if __name__ == "__main__":
    main()
