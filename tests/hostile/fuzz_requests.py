"""A grammar of requests to an LRS, and of what may be wrong with them. Seeded: the same seed makes the
same requests."""

import gzip
import hashlib
import json
import random
import urllib.parse

VERBS = ["http://adlnet.gov/expapi/verbs/completed", "http://e.org/v/did", "http://e.org/v/saw", "urn:verb:x"]
ACTIVITIES = ["http://e.org/a/%d" % i for i in range(40)]
LANGUAGES = ["en", "en-GB", "de", "zh-Hant-TW", "x-private"]
TOKENS = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"1e999", b"-0", b"0.1e-7", b"\\ud800", b"\\u0000",
          b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\0", b"--bound", b"--bound--", b"%00", b"%", b"&", b"=", b"+",
          b"9" * 400, b"[" * 300, b'{"a":' * 200, b"attachments", b"StatementRef", b"SubStatement", b"\xf0\x9f\x98\x80"]
OTHERS = [None, True, 0, -1, 1.5, 10**30, "", "x", "http://e.org/x", [], {}, [[]], {"": ""}, "2020-01-01T00:00:00Z",
          {"mbox": "mailto:x@e.org"}, {"objectType": "Group"}, ["x"] * 50, "\u0000", "é" * 700]
PARAMETERS = ["agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until",
              "limit", "format", "attachments", "ascending", "statementId", "voidedStatementId", "more", "cursor"]


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Grammar:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.seed, self.count, self.request_id = seed, 0, ""
        self.names = [name for name, weight in self.MIX for _ in range(weight)]
        self.authorization = ""
        self.known = []  # ids of statements that were sent
        self.cursors = []  # `more` links that came back
        self.paths = []  # of documents

    # What is valid.

    def uuid(self):
        bits = self.rng.getrandbits(128)
        text = "%032x" % bits
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def pick_known(self):
        return self.rng.choice(self.known) if self.known else self.uuid()

    def agent(self, name=None):
        number = self.rng.randrange(30)
        kind = self.rng.randrange(5)
        if kind == 0:
            one = {"mbox": f"mailto:p{number}@e.org"}
        elif kind == 1:
            one = {"account": {"homePage": "http://e.org/home", "name": f"n{number}"}}
        elif kind == 2:
            one = {"openid": f"http://e.org/id/{number}"}
        elif kind == 3:
            one = {"mbox_sha1sum": hashlib.sha1(b"%d" % number).hexdigest()}
        else:
            one = {"objectType": "Agent", "mbox": f"mailto:q{number}@e.org"}
        if self.rng.random() < 0.3:
            one["name"] = name or f"Person {number}"
        return one

    def group(self):
        return {"objectType": "Group", "member": [self.agent() for _ in range(self.rng.randrange(1, 4))]}

    def language_map(self):
        return {language: "text é \U0001f600"[:self.rng.randrange(1, 9)] for language in
                self.rng.sample(LANGUAGES, self.rng.randrange(1, 4))}

    def activity(self):
        one = {"objectType": "Activity", "id": self.rng.choice(ACTIVITIES)}
        if self.rng.random() < 0.4:
            one["definition"] = {"name": self.language_map(), "type": "http://e.org/type",
                                 "extensions": {"http://e.org/ext": self.value(2)}}
            if self.rng.random() < 0.2:
                one["definition"] |= {"interactionType": "choice", "correctResponsesPattern": ["a[,]b"],
                                      "choices": [{"id": "a", "description": self.language_map()}, {"id": "b"}],
                                      "type": "http://adlnet.gov/expapi/activities/cmi.interaction"}
        return one

    def value(self, depth):
        kind = self.rng.randrange(8 if depth > 0 else 5)
        if kind < 5:
            return [None, True, self.rng.random() * 1e6, "text \u2028 \\ \" /", self.rng.randrange(-9**9, 9**9)][kind]
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.rng.randrange(4))]
        return {f"k{i}": self.value(depth - 1) for i in range(self.rng.randrange(4))}

    def context(self, version):
        one = {}
        if self.rng.random() < 0.5:
            one["registration"] = self.uuid()
        if self.rng.random() < 0.5:
            one["contextActivities"] = {kind: [self.activity() for _ in range(self.rng.randrange(1, 3))]
                                        for kind in self.rng.sample(["parent", "grouping", "category", "other"], 2)}
        if self.rng.random() < 0.3:
            one["instructor"] = self.agent()
            one["team"] = self.group()
        if self.rng.random() < 0.2:
            one["statement"] = {"objectType": "StatementRef", "id": self.pick_known()}
        if version == "2.0.0" and self.rng.random() < 0.3:
            one["contextAgents"] = [{"objectType": "contextAgent", "agent": self.agent(),
                                     "relevantTypes": ["http://e.org/t"]}]
        one["language"] = self.rng.choice(LANGUAGES)
        return one

    def statement(self, version="1.0.3"):
        rng = self.rng
        one = {"id": self.uuid(), "actor": self.agent() if rng.random() < 0.8 else self.group(),
               "verb": {"id": rng.choice(VERBS), "display": self.language_map()}}
        kind = rng.random()
        if kind < 0.7:
            one["object"] = self.activity()
        elif kind < 0.8:
            one["object"] = self.agent() | {"objectType": "Agent"}
        elif kind < 0.92:
            one["object"] = {"objectType": "StatementRef", "id": self.pick_known()}
        else:
            one["object"] = {"objectType": "SubStatement", "actor": self.agent(), "verb": {"id": rng.choice(VERBS)},
                             "object": self.activity()}
        if kind < 0.7 and rng.random() < 0.4:
            one["result"] = {"score": {"scaled": round(rng.uniform(-1, 1), 3), "raw": 5, "min": 0, "max": 10},
                             "success": rng.random() < 0.5, "duration": "PT%dM" % rng.randrange(90)}
        if kind < 0.8 and rng.random() < 0.5:
            one["context"] = self.context(version)
            if kind >= 0.7:
                one["context"].pop("revision", None)
                one["context"].pop("platform", None)
        if rng.random() < 0.3:
            one["timestamp"] = "20%02d-%02d-%02dT%02d:00:00.%dZ" % (
                rng.randrange(10, 26), rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(24), rng.randrange(1000))
        if rng.random() < 0.02 and self.known:
            one["verb"] = {"id": "http://adlnet.gov/expapi/verbs/voided"}
            one["object"] = {"objectType": "StatementRef", "id": self.pick_known()}
        return one

    def query(self):
        rng = self.rng
        choices = {
            "agent": lambda: json.dumps({k: v for k, v in self.agent().items() if k != "name"}),
            "verb": lambda: rng.choice(VERBS), "activity": lambda: rng.choice(ACTIVITIES),
            "registration": self.uuid, "related_activities": lambda: "true", "related_agents": lambda: "true",
            "since": lambda: "2026-01-01T00:00:00Z", "until": lambda: "2030-01-01T00:00:00.5Z",
            "limit": lambda: str(rng.randrange(1, 6)), "format": lambda: rng.choice(["ids", "exact", "canonical"]),
            "attachments": lambda: "true", "ascending": lambda: "true"}
        names = rng.sample(sorted(choices), rng.randrange(0, 4))
        if "limit" not in names:
            names.append("limit")
        return [(name, choices[name]()) for name in names]

    def document_place(self):
        rng = self.rng
        number = rng.randrange(20)
        agent = json.dumps({"mbox": f"mailto:p{rng.randrange(5)}@e.org"})
        return rng.choice([
            ("/xAPI/activities/state", [("activityId", ACTIVITIES[number]), ("agent", agent), ("stateId", f"s{number}")]),
            ("/xAPI/activities/profile", [("activityId", ACTIVITIES[number]), ("profileId", f"p{number}")]),
            ("/xAPI/agents/profile", [("agent", agent), ("profileId", f"p{number}")])])

    # What may be wrong.

    def mutate_json(self, value):
        """One change somewhere in the tree."""
        rng = self.rng
        places, stack = [], [value]
        while stack:
            node = stack.pop()
            items = node.items() if isinstance(node, dict) else enumerate(node)
            for key, child in items:
                places.append((node, key))
                if isinstance(child, (dict, list)) and child:
                    stack.append(child)
        node, key = rng.choice(places)
        kind = rng.randrange(6)
        if kind == 0:
            del node[key]
        elif kind == 1 and isinstance(node, dict):
            node[rng.choice(["x", "", "id", "objectType", "member", key + "s"])] = node[key]
        elif kind == 2 and isinstance(node[key], str):
            node[key] = node[key][:rng.randrange(len(node[key]) + 1)] + rng.choice(["", " ", "\u0000", "%", "é", "#", "Z"])
        elif kind == 3 and isinstance(node, dict):
            node[key] = [node[key]]
        else:
            node[key] = rng.choice(OTHERS)
        return value

    def mutate_bytes(self, data):
        rng = self.rng
        data = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(data) + 1)
            kind = rng.randrange(4)
            if kind == 0:
                data[at:at + rng.randrange(1, 20)] = b""
            elif kind == 1:
                data[at:at] = rng.choice(TOKENS)
            elif kind == 2 and at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            else:
                data[at:at] = data[max(0, at - 30):at]
        return bytes(data)

    def mutate_query(self, query):
        rng = self.rng
        query = [list(pair) for pair in query] or [["limit", "1"]]
        one = rng.choice(query)
        kind = rng.randrange(5)
        if kind == 0:
            one[0] = rng.choice(PARAMETERS)
        elif kind == 1:
            one[1] = self.mutate_bytes(one[1].encode()).decode("latin-1")
        elif kind == 2:
            query.append(list(one))
        elif kind == 3:
            one[1] = rng.choice(["", "-1", "99999999999999999999", "true", "{}", '{"mbox":1}', "2020", "\u0000", "x" * 3000])
        else:
            query += [["p%d" % i, "x"] for i in range(rng.randrange(50))]
        return query

    # Requests: (bytes, check, is_last). `check` is the ids that must come back, "204", "HEAD" for an
    # answer that may lack its body, or None where any answer but a fault of the server's will do;
    # is_last: the connection may end with it.

    def head(self, method, path, query=(), **fields):
        target = path + ("?" + "&".join(f"{quoted(k)}={quoted(v)}" for k, v in query) if query else "")
        lines = [f"{method} {target} HTTP/1.1", "Host: e.org", f"X-Request-ID: {self.request_id}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value is not None]
        return "\r\n".join(lines).encode("latin-1", "replace")

    def framed(self, head, body):
        """With its length, or in chunks."""
        if self.rng.random() < 0.85:
            return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        out, at = [head + b"\r\nTransfer-Encoding: chunked\r\n\r\n"], 0
        while at < len(body):
            size = self.rng.randrange(1, len(body) - at + 1)
            out.append(b"%x%s\r\n" % (size, self.rng.choice([b"", b";x=y", b""])) + body[at:at + size] + b"\r\n")
            at += size
        return b"".join(out) + b"0\r\n" + self.rng.choice([b"", b"X-Trailer: x\r\n"]) + b"\r\n"

    def common(self, version="1.0.3"):
        return {"Authorization": self.authorization, "X_Experience_API_Version": version}

    def post(self, ids, body, content_type="application/json", query=(), version="1.0.3"):
        fields = self.common(version) | {"Content_Type": content_type}
        if self.rng.random() < 0.15:
            body = gzip.compress(body, 1)
            fields["Content_Encoding"] = "gzip"
        return self.framed(self.head("POST", "/xAPI/statements", query, **fields), body), ids, False

    def good_post(self):
        version = "2.0.0" if self.rng.random() < 0.3 else "1.0.3"
        batch = [self.statement(version) for _ in range(1 if self.rng.random() < 0.6 else self.rng.randrange(2, 8))]
        ids = [one["id"] for one in batch]
        self.known = (self.known + ids)[-400:]
        body = batch[0] if len(batch) == 1 else batch
        return self.post(ids, json.dumps(body, ensure_ascii=self.rng.random() < 0.5).encode(), version=version)

    def good_put(self):
        one = self.statement()
        self.known = (self.known + [one["id"]])[-400:]
        head = self.head("PUT", "/xAPI/statements", [("statementId", one["id"])], Content_Type="application/json",
                         **self.common())
        return self.framed(head, json.dumps(one).encode()), "204", False

    def attached(self):
        content = self.rng.randbytes(self.rng.randrange(0, 3000)) or b"x"
        sha2 = hashlib.sha256(content).hexdigest()
        one = self.statement() | {"attachments": [{
            "usageType": "http://e.org/usage", "display": self.language_map(), "contentType": "application/octet-stream",
            "length": len(content), "sha2": sha2}]}
        return one, (b"--bound\r\nContent-Type: application/json\r\n\r\n" + json.dumps(one).encode() +
                     b"\r\n--bound\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
                     b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--bound--\r\n")

    def good_multipart(self):
        one, body = self.attached()
        return self.post([one["id"]], body, "multipart/mixed; boundary=bound")

    def good_get(self):
        kind = self.rng.random()
        if kind < 0.3:
            query = [("statementId", self.pick_known())]
        elif kind < 0.5 and self.cursors:
            return self.head("GET", self.rng.choice(self.cursors), **self.common()) + b"\r\n\r\n", None, False
        else:
            query = self.query()
        return self.head("GET", "/xAPI/statements", query, **self.common()) + b"\r\n\r\n", None, False

    def document(self):
        path, query = self.document_place()
        method = self.rng.choice(["PUT", "POST", "GET", "DELETE", "GET"])
        fields = self.common()
        if method == "GET" and self.rng.random() < 0.4:
            query = query[:-1]
        if self.rng.random() < 0.3:
            query = self.mutate_query(query)
        if self.rng.random() < 0.5:
            fields[self.rng.choice(["If_Match", "If_None_Match"])] = self.rng.choice(['"*"', "*", '"x"', "W/\"x\"", '"a", "b"', ""])
        if method in ("PUT", "POST"):
            body = json.dumps({f"k{i}": self.value(2) for i in range(3)}).encode()
            if self.rng.random() < 0.3:
                body = self.mutate_bytes(body)
            fields["Content_Type"] = self.rng.choice(["application/json", "text/html", "application/octet-stream", "x"])
            return self.framed(self.head(method, path, query, **fields), body), None, False
        return self.head(method, path, query, **fields) + b"\r\n\r\n", None, False

    def other_resource(self):
        path, query = self.rng.choice([
            ("/xAPI/agents", [("agent", json.dumps(self.agent()))]), ("/xAPI/about", []), ("/whoami", []),
            ("/xAPI/activities", [("activityId", self.rng.choice(ACTIVITIES))]), ("/__lbheartbeat__", []),
            ("/__heartbeat__", []), ("/openapi.json", []), ("/xAPI/nowhere", []), ("/xAPI/statements/", [])])
        if self.rng.random() < 0.5:
            query = self.mutate_query(query)
        method = self.rng.choice(["GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE", "PATCH", "X"])
        return self.head(method, path, query, **self.common()) + b"\r\n\r\n", "HEAD" if method == "HEAD" else None, False

    def bad_statement(self):
        one = self.mutate_json(self.statement())
        if self.rng.random() < 0.3:
            one = [self.statement(), one, 1]
        body = json.dumps(one).encode()
        if self.rng.random() < 0.4:
            body = self.mutate_bytes(body)
        query = [("partialSuccess", "true")] if self.rng.random() < 0.2 else []
        return self.post(None, body, self.rng.choice(["application/json"] * 8 + ["text/plain", "multipart/mixed", ""]), query)

    def bad_multipart(self):
        _, body = self.attached()
        return self.post(None, self.mutate_bytes(body), self.rng.choice([
            "multipart/mixed; boundary=bound", 'multipart/mixed; boundary="bound"', "multipart/mixed; boundary=",
            "multipart/mixed; boundary=" + "b" * 80, "multipart/mixed"]))

    def bad_query(self):
        if self.cursors and self.rng.random() < 0.4:
            target = self.mutate_bytes(self.rng.choice(self.cursors).encode())
            target = bytes(c for c in target if 0x20 < c < 0x7F)
            head = b"GET /" + target.lstrip(b"/") + b" HTTP/1.1\r\n" + self.head("", "", **self.common()).partition(b"\r\n")[2]
            return head + b"\r\n\r\n", None, True
        return self.head("GET", "/xAPI/statements", self.mutate_query(self.query()), **self.common()) + b"\r\n\r\n", None, False

    def alternate(self):
        """Communication 1.3: the method is a parameter, the rest is a form."""
        one = self.statement()
        form = [("Authorization", self.authorization), ("X-Experience-API-Version", "1.0.3"),
                ("Content-Type", "application/json"), ("content", json.dumps(one))]
        method, ids = "PUT", None
        if self.rng.random() < 0.5:
            form.append(("statementId", one["id"]))
        else:
            method = self.rng.choice(["POST", "GET", "HEAD", "DELETE", "put", "", "OPTIONS"])
        if self.rng.random() < 0.4:
            form = self.mutate_query(form)
        body = "&".join(f"{quoted(k)}={quoted(v)}" for k, v in form).encode()
        if self.rng.random() < 0.2:
            body = self.mutate_bytes(body)
        fields = {"Content_Type": "application/x-www-form-urlencoded"}
        if self.rng.random() < 0.3:
            fields |= self.common()
        return self.framed(self.head("POST", "/xAPI/statements", [("method", method)], **fields), body), "HEAD" if method == "HEAD" else ids, method == "HEAD"

    def bad_headers(self):
        fields = self.common()
        kind = self.rng.randrange(7)
        if kind == 0:
            fields["X_Experience_API_Version"] = self.rng.choice(["1", "1.0", "0.9", "2.0", "2.1.0", "x", "1.0.3, 2.0.0", ""])
        elif kind == 1:
            fields["Authorization"] = self.rng.choice(["Basic", "Basic !!", "Bearer x.y.z", "Basic YTpi", "x" * 5000, ""])
        elif kind == 2:
            fields["Content_Encoding"] = self.rng.choice(["gzip", "br", "gzip, gzip", "deflate", ""])
        elif kind == 3:
            text = self.mutate_bytes(b"de, en-GB;q=0.8, *;q=0.1").decode("latin-1")
            fields["Accept_Language"] = "".join(c for c in text if c.isprintable())
        elif kind == 4:
            fields["Origin"] = "http://e.org"
            fields["If_None_Match"] = '"' + "x" * 500 + '"'
        elif kind == 5:
            fields |= {f"X_{i}": "y" for i in range(self.rng.randrange(200))}
        else:
            fields["X_Forwarded_For"] = "::1, 1.2.3.4, x"
        if kind == 2:
            return self.framed(self.head("POST", "/xAPI/statements", Content_Type="application/json", **fields),
                               self.mutate_bytes(gzip.compress(json.dumps(self.statement()).encode(), 1))), None, False
        return self.head("GET", "/xAPI/statements", self.query(), **fields) + b"\r\n\r\n", None, False

    def bad_framing(self):
        """Bytes of any request, changed anywhere: whatever the server makes of it, it is the last on its connection."""
        data = self.rng.choice([self.good_post, self.good_get, self.document, self.alternate])()[0]
        kind = self.rng.randrange(5)
        if kind == 0:
            data = data.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
        elif kind == 1:
            data = data.replace(b"Content-Length: ", self.rng.choice(
                [b"Content-Length: 1", b"Content-Length: -", b"Content-Length: 5\r\nContent-Length: ", b"Content-Length : "]), 1)
        elif kind == 2:
            head, end, body = data.partition(b"\r\n\r\n")
            data = self.mutate_bytes(head) + end + body
        elif kind == 3:
            data = data[:self.rng.randrange(len(data))]
        else:
            data = self.mutate_bytes(data)
        return data, None, True

    MIX = [("good_post", 34), ("good_put", 5), ("good_multipart", 4), ("good_get", 14), ("document", 8),
           ("other_resource", 5), ("bad_statement", 12), ("bad_multipart", 4), ("bad_query", 4), ("alternate", 4),
           ("bad_headers", 3), ("bad_framing", 3)]

    def next(self):
        name = self.rng.choice(self.names)
        self.count += 1
        self.request_id = f"{self.seed}-{self.count}"
        return (name, *getattr(self, name)(), self.request_id)
