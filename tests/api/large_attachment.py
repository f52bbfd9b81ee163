#!/usr/bin/env python3
"""An attachment of 64 MB goes in and comes out while the server holds less than 200 MB of memory of its own."""

import hashlib
import json
import os
import sys
import uuid

import lectern

BYTES = 64 * 1024 * 1024
MEMORY_KB_MAX = 200 * 1024


def own_memory_kb(pid):
    """What the process has allocated; pages of the mapped upload belong to the file and can be taken back."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))


def main():
    with lectern.Server(backend="embedded") as server:
        for _ in range(3):
            content = os.urandom(BYTES)
            sha2 = hashlib.sha256(content).hexdigest()
            statement = {"id": str(uuid.uuid4()), "actor": {"mbox": "mailto:a@example.org"},
                         "verb": {"id": "http://example.org/v"}, "object": {"id": "http://example.org/o"},
                         "attachments": [{"usageType": "http://example.org/u", "display": {"en": "large"},
                                          "contentType": "application/octet-stream", "length": BYTES, "sha2": sha2}]}
            body = (b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(statement).encode() +
                    b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
                    b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--b--\r\n")
            stored = server.call("POST", "/xAPI/statements", body, headers={"Content-Type": "multipart/mixed; boundary=b"})
            assert stored.status == 200, stored
            back = server.call("GET", f"/xAPI/statements?statementId={statement['id']}&attachments=true")
            assert back.status == 200 and content in back.body, back.headers
            memory = own_memory_kb(server.process.pid)
            assert memory < MEMORY_KB_MAX, f"{memory} kB"
    print(f"three attachments of {BYTES >> 20} MB, {memory >> 10} MB of memory at the end")


if __name__ == "__main__":
    sys.exit(main())
