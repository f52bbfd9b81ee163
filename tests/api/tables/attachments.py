"""Attachments (Data 2.4.11, Communication 1.5) in and out."""

import hashlib
import json

from scenario import GET, POST, PUT, Scenario, Failure, fill
from statements import statement

TEXT = b"some bytes \x00\xff of an attachment"
SHA = hashlib.sha256(TEXT).hexdigest()


def attachment(sha2=SHA, **more):
    return {"usageType": "http://example.org/usage", "display": {"en": "a text"}, "contentType": "text/plain",
            "length": len(TEXT), "sha2": sha2, **more}


def mixed(statements, *parts, boundary="-----xyz"):
    """A multipart/mixed body; a part is (headers, bytes)."""
    def body(names):
        text = json.dumps(fill(statements, names)).encode()
        out = b"--" + boundary.encode() + b"\r\nContent-Type:application/json\r\n\r\n" + text
        for headers, content in parts:
            out += b"\r\n--" + boundary.encode()
            for name, value in headers.items():
                out += b"\r\n" + f"{name}: {value}".encode()
            out += b"\r\n\r\n" + content
        return out + b"\r\n--" + boundary.encode() + b"--\r\n"
    return body


def part(content=TEXT, sha2=None, **headers):
    fields = {"Content-Type": "text/plain", "Content-Transfer-Encoding": "binary",
              "X-Experience-API-Hash": sha2 or hashlib.sha256(content).hexdigest()}
    fields.update({k.replace("_", "-"): v for k, v in headers.items()})
    return {k: v for k, v in fields.items() if v is not None}, content


MIXED = {"Content-Type": 'multipart/mixed; boundary="-----xyz"'}
ONE = statement("{a}", attachments=[attachment()])


def has_content_once(answer, names):
    kind = answer.headers["content-type"]
    if not kind.startswith("multipart/mixed; boundary="):
        raise Failure(f"content type {kind}")
    boundary = kind.split("boundary=")[1].encode()
    parts = answer.body.split(b"--" + boundary)
    if len(parts) != 4 or answer.body.count(SHA.encode()) != 2:
        raise Failure(f"{len(parts)} pieces in {answer.body!r}")
    if not parts[2].endswith(b"\r\n\r\n" + TEXT + b"\r\n"):
        raise Failure(f"the content is not whole: {parts[2]!r}")


SCENARIOS = [
    Scenario(
        "a content comes in with its statement and goes out when asked for",
        POST("/statements", mixed([ONE], part()), headers=MIXED, status=200, json=["{a}"]),
        GET("/statements?statementId={a}&attachments=true", status=200, check=has_content_once),
        GET("/statements?statementId={a}", status=200, header={"Content-Type": "^application/json"}),
        GET("/statements?attachments=true&limit=1", status=200, header={"Content-Type": "^multipart/mixed; boundary="})),
    Scenario(
        "PUT takes contents too",
        PUT("/statements?statementId={a}", mixed(statement(attachments=[attachment()]), part()), headers=MIXED, status=204),
        GET("/statements?statementId={a}&attachments=true", status=200, check=has_content_once)),
    Scenario(
        "one part serves every statement that names it",
        POST("/statements", mixed([ONE, statement("{b}", attachments=[attachment(), attachment()])], part()),
             headers=MIXED, status=200),
        GET("/statements?statementId={b}&attachments=true", status=200,
            check=lambda a, n: None if a.body.count(TEXT) == 1 else (_ for _ in ()).throw(Failure("twice")))),
    Scenario(
        "a fileUrl stands in for a content",
        POST("/statements", [statement("{a}", attachments=[attachment(fileUrl="https://example.org/f")])], status=200),
        POST("/statements", mixed([statement("{b}", attachments=[attachment("ab" * 32, fileUrl="https://example.org/f")])]),
             headers=MIXED, status=200),
        GET("/statements?statementId={b}&attachments=true", status=200, header={"Content-Type": "^multipart/mixed"})),
    Scenario(
        "an attachment without content or fileUrl is refused",
        POST("/statements", [ONE], status=400),
        POST("/statements", mixed([ONE]), headers=MIXED, status=400),
        GET("/statements?statementId={a}", status=404)),
    Scenario(
        "parts that are not as they should be are refused",
        *[POST("/statements", mixed([ONE], *parts), headers=MIXED, status=400) for parts in (
            [part(), part(b"excess")], [part(X_Experience_API_Hash=None)], [part(Content_Transfer_Encoding=None)],
            [part(Content_Transfer_Encoding="base64")], [part(b"other bytes", sha2=SHA)])],
        POST("/statements", mixed([ONE], part()), headers={"Content-Type": "multipart/mixed"}, status=400),
        POST("/statements", mixed([ONE], part()), headers={"Content-Type": "multipart/mixed; boundary=abc"}, status=400),
        POST("/statements", b"", headers=MIXED, status=400),
        POST("/statements", b"-------xyz\r\n", headers=MIXED, status=400),
        GET("/statements?statementId={a}", status=404)),
    Scenario(
        "attachments do not count when statements are compared",
        POST("/statements", mixed([ONE], part()), headers=MIXED, status=200),
        POST("/statements", [statement("{a}")], status=200, json=["{a}"])),
]
