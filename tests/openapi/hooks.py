"""What schemathesis has to be told about xAPI: how statements and contents become multipart/mixed,
and which rules no schema can say."""

import hashlib
import json

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.transport.requests import REQUESTS_TRANSPORT

# Rules between members or between parameters, and those that depend on what is stored: the texts of
# the refusals.
BEYOND_SCHEMAS = (
    '"min" must be less than "max"',
    '"raw" must not be',
    "occurs twice in",
    "a Group as authority must",
    "has neither a fileUrl nor a part",
    "does not match given statementId",
    "Query parameters cannot include both",
    "Querying by id only accepts",
    "is none that a `more` link has held",
    "a time zone's name that this system knows",
    "The parameter `column` goes with",
    "merged into",
    "merges into",
    "The body must be a JSON object",
)
BOUNDARY = b"between-these-parts"


def reasons_of(response):
    body = response.json()
    return [body["detail"]] if "detail" in body else [error["reason"] for error in body["errors"]]


@schemathesis.check
def good_requests_are_taken(ctx, response, case):
    """What fits the schemas is taken, but for the rules above."""
    if response.status_code == 400 and all(any(rule in reason for rule in BEYOND_SCHEMAS) for reason in reasons_of(response)):
        return None
    return positive_data_acceptance(ctx, response, case)


def part(headers, content):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return b"--" + BOUNDARY + b"\r\n" + lines.encode() + b"\r\n" + content + b"\r\n"


def declaring(statements, contents):
    """The statements, the first of which declares exactly these contents."""
    several = isinstance(statements, list)
    if not (statements if several else [statements]) or not isinstance(statements[0] if several else statements, dict):
        return statements
    declared = [{"usageType": "https://example.org/file", "display": {"en": "A file"}, "contentType": "application/octet-stream",
                 "length": len(content), "sha2": hashlib.sha256(content).hexdigest()} for content in contents]
    first = {**(statements[0] if several else statements), "attachments": declared}
    return [first, *statements[1:]] if several else first


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@REQUESTS_TRANSPORT.serializer("multipart/mixed")
def mixed(context, value):
    """Statements and contents as Communication 1.5.2 wants them; other values as they are."""
    if not isinstance(value, dict) or "statements" not in value:
        data = as_bytes(value)
    else:
        contents = value.get("contents")
        contents = [as_bytes(one) for one in contents] if isinstance(contents, list) else []
        statements = declaring(value["statements"], contents) if contents else value["statements"]
        data = part({"Content-Type": "application/json"}, json.dumps(statements).encode())
        for content in contents:
            data += part({"Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": hashlib.sha256(content).hexdigest()}, content)
        data += b"--" + BOUNDARY + b"--\r\n"
    return {"data": data, "headers": {"Content-Type": "multipart/mixed; boundary=" + BOUNDARY.decode()}}
