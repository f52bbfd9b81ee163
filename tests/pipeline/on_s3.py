#!/usr/bin/env python3
"""`read`, `write` and `list` on S3: Lectern and Ralph 5.1.0 beside each other on the server of moto, from PyPI, which
checks signatures. Skipped where PyPI cannot be reached."""

import gzip
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from remote import BINARY, LINES, SKIPPED, STATEMENT, Cutter, Side, ask, differences, free_port, installed, \
    kill_in_the_middle, peak_of, ralph, run_tests, wait_for

# moto reads these otherwise than they were signed, and refuses whoever asks, Ralph too: here it checks no signatures.
# What AWS itself says of them is in src/pipeline/data/objects/s3_signature_test.cc.
NAMES = ["deep/two.jsonl", "a b+c&d=e.jsonl", "caf\u00e9/%41/x~y.jsonl", "dots/../up.jsonl"]
UNCHECKED = [(["write", "-b", "s3", "-t", "OWN/" + name], LINES) for name in NAMES]
COMMANDS = [
    (["list", "-b", "s3"], b""),
    (["write", "-b", "s3", "-t", "OWN/one.jsonl"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl", "-o", "index"], LINES),
    (["write", "-b", "s3", "-t", "indexed.jsonl", "-o", "index"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl", "-o", "update"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl", "-o", "append"], LINES),
    (["write", "-b", "s3", "-t", "plain.jsonl", "-o", "delete"], LINES),
    (["write", "-b", "s3", "-t", "none.jsonl"], b""),
    (["write", "-b", "s3", "-t", "no-such-bucket/x.jsonl"], LINES),
    (["write", "-b", "s3", "-t", "no_eol.jsonl", "-s", "3"], LINES[:-1]),
    (["list", "-b", "s3"], b""),
    (["list", "-b", "s3", "-D", "-t", "theirs"], b""),
    (["list", "-b", "s3", "-n", "-t", "OWN"], b""),
    (["read", "-b", "s3", "one.jsonl"], b""),
    (["read", "-b", "s3", "-t", "OWN", "-s", "7", "no_eol.jsonl"], b""),
    (["list", "-b", "s3", "-n"], b""),
    (["read", "-b", "s3", "nothing"], b""),
    (["read", "-b", "s3"], b""),
    (["read", "-b", "s3", "-t", "no-such-bucket", "one.jsonl"], b""),
    (["list", "-b", "s3", "-t", "no-such-bucket"], b""),
    (["list", "-b", "s3", "--s3-secret-access-key", "wrong"], b""),
    (["read", "-b", "s3", "--s3-secret-access-key", "wrong", "one.jsonl"], b""),
    (["write", "-b", "s3", "--s3-access-key-id", "nobody", "-t", "x.jsonl"], LINES),
    (["write", "-b", "s3"], LINES),
]
UNCHECKED += [(["read", "-b", "s3", name], b"") for name in NAMES] + [(["list", "-b", "s3", "-n"], b"")]
FORGED = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, "
                           "Signature=x", "Content-Type": "application/x-www-form-urlencoded"}


class Moto:
    """The server, with buckets and a user that may do everything."""

    def __init__(self):
        programs = installed("moto-5.1.16", "moto[server]==5.1.16", only_binary=True)
        self.port = free_port()
        self.process = subprocess.Popen([os.path.join(programs, "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={"PATH": "/usr/bin:/bin", "INITIAL_NO_AUTH_ACTION_COUNT": "1000000"})
        wait_for(self.port, self.process)
        self.url = f"http://127.0.0.1:{self.port}"
        for bucket in ("theirs", "ours", "many"):
            assert ask(f"{self.url}/{bucket}", "PUT")[0] == 200
        self.iam("CreateUser", "UserName=u")
        policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        self.iam("PutUserPolicy", "UserName=u&PolicyName=p&PolicyDocument=" + policy)
        key = self.iam("CreateAccessKey", "UserName=u").decode()
        self.key, self.secret = (key.split(f"<{name}>")[1].split("<")[0] for name in ("AccessKeyId", "SecretAccessKey"))

        trust = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}'
        self.iam("CreateRole", "RoleName=r&AssumeRolePolicyDocument=" + trust)
        self.iam("PutRolePolicy", "RoleName=r&PolicyName=p&PolicyDocument=" + policy)
        status, _, lent = ask(self.url + "/", "POST", b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=s&"
                              b"RoleArn=arn:aws:iam::123456789012:role/r",
                              {**FORGED, "Authorization": FORGED["Authorization"].replace("/iam/", "/sts/")})
        assert status == 200, lent
        self.lent = [lent.decode().split(f"<{name}>")[1].split("<")[0]
                     for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]

    def iam(self, action, parameters):
        status, _, body = ask(self.url + "/", "POST", f"Action={action}&Version=2010-05-08&{parameters}".encode(), FORGED)
        assert status == 200, body
        return body

    def checks_signatures(self, wanted):
        assert ask(self.url + "/moto-api/reset-auth", "POST", b"0" if wanted else b"1000000")[0] == 200


def settings(moto, bucket):
    prefix = "RALPH_BACKENDS__DATA__S3__"
    return {prefix + "ACCESS_KEY_ID": moto.key, prefix + "SECRET_ACCESS_KEY": moto.secret,
            prefix + "ENDPOINT_URL": moto.url, prefix + "DEFAULT_REGION": "us-east-1",
            prefix + "DEFAULT_BUCKET_NAME": bucket}


def stand_in(answer):
    """The settings for a server that answers as S3 may and moto does not: (status, headers, body) of a request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST = do_DELETE = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {"RALPH_BACKENDS__DATA__S3__ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}"}


def tests_of(moto, theirs, ours):
    def both_programs_do_the_same():
        found = list(differences(theirs, ours, COMMANDS))
        moto.checks_signatures(False)
        found += list(differences(theirs, ours, UNCHECKED))
        moto.checks_signatures(True)
        assert not found, "\n".join(found)

    def names_behind_the_first_page_are_listed_too():
        moto.checks_signatures(False)
        for i in range(1003):
            assert ask(f"{moto.url}/many/{i}%20x", "PUT", b"x")[0] == 200
        moto.checks_signatures(True)
        assert ours.run("list", "-b", "s3", "-t", "many") == theirs.run("list", "-b", "s3", "-t", "many")
        _, out = ours.run("list", "-b", "s3", "-t", "many")
        assert len(out.splitlines()) == 1003

    def a_large_object_goes_in_parts_and_takes_little_memory():
        with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as out:
            for i in range(80):
                file.write((STATEMENT % i).encode() * 8000)
            size = file.tell()
            file.seek(0)
            code, peak = peak_of([ours.program, "write", "-b", "s3", "-c", "4", "-t", "large.jsonl"], ours.environment,
                                 file, subprocess.DEVNULL)
            assert code == 0 and peak < 64 and size > 64 * 1024 * 1024, (code, peak, size)
            code, peak = peak_of([ours.program, "read", "-b", "s3", "large.jsonl"], ours.environment,
                                 subprocess.DEVNULL, out)
            assert code == 0 and peak < 64, (code, peak)
            file.seek(0)
            out.seek(0)
            assert file.read() == out.read()
            file.seek(0)
            _, got = theirs.run("read", "-b", "s3", "-t", "ours", "large.jsonl")
            assert got == file.read()
        data = LINES * 60000
        assert theirs.run("write", "-b", "s3", "-t", "ours/large2.jsonl", data=data)[0] == 0
        assert ours.run("read", "-b", "s3", "large2.jsonl") == (0, data)

    def a_connection_that_is_cut_in_the_middle_of_an_object_is_taken_up_again():
        data = LINES * 60000
        assert ours.run("write", "-b", "s3", "-t", "cut.jsonl", data=data)[0] == 0
        cutter = Cutter(moto.port)
        via = {"RALPH_BACKENDS__DATA__S3__ENDPOINT_URL": f"http://127.0.0.1:{cutter.port}"}
        cutter.cuts = [3_000_000, 100, 5_000_000]
        assert ours.run("read", "-b", "s3", "cut.jsonl", **via) == (0, data)
        assert cutter.connections == 4 and ours.told.count("trying again in") == 3, ours.told
        for lost in (b"partNumber=1", b"<CompleteMultipartUpload>"):
            cutter.lose = lost
            name = f"{len(lost)}.jsonl"
            assert ours.run("write", "-b", "s3", "-t", name, data=data, **via)[0] == 0, ours.told
            assert cutter.lose is None and ours.told.count("trying again in") == 1, ours.told
            assert theirs.run("read", "-b", "s3", "-t", "ours", name) == (0, data)

    def a_write_that_is_broken_off_leaves_nothing():
        packed = gzip.compress(b"".join(os.urandom(300).hex().encode() + b"\n" for _ in range(60000)))
        code, _ = ours.run("write", "-b", "s3", "-t", "broken.jsonl", data=packed[: len(packed) * 9 // 10])
        assert code == 1 and "the file was cut" in ours.told and "0 records written" in ours.told, ours.told
        assert "broken.jsonl" not in ours.run("list", "-b", "s3")[1].decode()
        moto.checks_signatures(False)
        _, _, uploads = ask(f"{moto.url}/ours?uploads")
        moto.checks_signatures(True)
        assert b"<ListMultipartUploadsResult" in uploads and b"broken.jsonl" not in uploads, uploads

    def a_write_that_was_killed_can_be_run_again():
        data = LINES * 90000
        kill_in_the_middle(ours, ["write", "-b", "s3", "-t", "killed.jsonl"], data, 20_000_000)
        assert ours.run("read", "-b", "s3", "killed.jsonl")[0] == 1
        assert ours.run("write", "-b", "s3", "-t", "killed.jsonl", data=data)[0] == 0, ours.told
        assert ours.run("read", "-b", "s3", "killed.jsonl") == (0, data)

    def a_packed_object_that_was_cut_is_told_by_what_unpacks_it():
        gelf = b"".join(json.dumps({"short_message": os.urandom(300).hex()}).encode() + b"\n" for _ in range(1000))
        packed = gzip.compress(gelf)[:-1000]
        assert theirs.run("write", "-b", "s3", "-t", "ours/cut.gz", data=packed)[0] == 0
        code, out = ours.run("read", "-b", "s3", "cut.gz")
        assert (code, out) == (0, packed)
        code, out = ours.run("extract", "-p", "gelf", data=out)
        assert code == 1 and "the gzip data ends early" in ours.told and out.count(b"\n") > 500, ours.told

    def settings_that_cannot_be_used_are_told():
        own = "RALPH_BACKENDS__DATA__S3__"
        assert ours.run("list", "-b", "s3", **{own + "SECRET_ACCESS_KEY": ""})[0] == 1
        assert "S3 needs ACCESS_KEY_ID and SECRET_ACCESS_KEY" in ours.told, ours.told
        assert ours.run("list", "-b", "s3", **{own + "ENDPOINT_URL": "ftp://x"})[0] == 1
        assert "S3 ENDPOINT_URL=ftp://x: allowed is an http or https URL" in ours.told, ours.told
        assert ours.run("list", "-b", "s3", **{own + "DEFAULT_BUCKET_NAME": ""})[0] == 1
        assert "The target bucket is not set" in ours.told, ours.told
        assert ours.run("list", "-b", "s3", "-t", "a/b")[0] == 1
        assert 'Invalid bucket name "a/b"' in ours.told, ours.told
        ours.run("list", "-b", "s3", **{own + "SECRET_ACCESS_KEY": "wrong"})
        assert "Failed to list the bucket ours: The request signature we calculated" in ours.told, ours.told

    def credentials_are_looked_for_where_boto3_does():
        own = "RALPH_BACKENDS__DATA__S3__"
        bare = {own + "ACCESS_KEY_ID": "", own + "SECRET_ACCESS_KEY": "", own + "DEFAULT_REGION": ""}
        listed = ours.run("list", "-b", "s3")
        assert listed == ours.run("list", "-b", "s3", **bare, AWS_ACCESS_KEY_ID=moto.key, AWS_SECRET_ACCESS_KEY=moto.secret)
        files = {".aws/credentials": f"[mine]\naws_access_key_id = {moto.key}\naws_secret_access_key = {moto.secret}\n",
                 ".aws/config": "[profile mine]\nregion = us-east-1\n"}
        os.mkdir(os.path.join(ours.home, ".aws"))
        for name, text in files.items():
            with open(os.path.join(ours.home, name), "w") as file:
                file.write(text)
        assert listed == ours.run("list", "-b", "s3", **bare, AWS_PROFILE="mine")
        assert ours.run("list", "-b", "s3", **bare)[0] == 1
        # Credentials that are lent have a token, which is signed too.
        lent = {own + "ACCESS_KEY_ID": moto.lent[0], own + "SECRET_ACCESS_KEY": moto.lent[1]}
        assert listed == ours.run("list", "-b", "s3", **lent, **{own + "SESSION_TOKEN": moto.lent[2]}), ours.told
        assert ours.run("list", "-b", "s3", **lent, **{own + "SESSION_TOKEN": "other"})[0] == 1, ours.told

    def a_bucket_of_another_region_is_asked_there():
        asked = stand_in(lambda request: (200, {}, b"<ListBucketResult/>") if "/eu-x/s3/" in request.headers["Authorization"]
                         else (400, {"x-amz-bucket-region": "eu-x"}, b"<Error><Code>AuthorizationHeaderMalformed</Code></Error>"))
        assert ours.run("list", "-b", "s3", **asked)[0] == 0, ours.told
        asked = stand_in(lambda request: (200, {}, b"data\n") if "/eu-x/s3/" in request.headers["Authorization"]
                         else (301, {"x-amz-bucket-region": "eu-x"}, b""))
        assert ours.run("read", "-b", "s3", "x", **asked) == (0, b"data\n"), ours.told

    def parts_that_cannot_be_joined_are_told_though_the_status_is_200():
        def answer(request):
            if "uploads=" in request.path:
                return 200, {}, b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
            if request.command == "POST":
                return 200, {}, b"<?xml version='1.0'?>  <Error><Code>InvalidPart</Code><Message>One is wrong</Message></Error>"
            return 200, {"ETag": '"e"'}, b"<ListBucketResult/>"
        code, _ = ours.run("write", "-b", "s3", "-t", "x", data=LINES * 30000, **stand_in(answer))
        assert code == 1 and "Failed to upload x: One is wrong" in ours.told and "0 records written" in ours.told, ours.told

    return [both_programs_do_the_same, names_behind_the_first_page_are_listed_too,
            a_large_object_goes_in_parts_and_takes_little_memory,
            a_connection_that_is_cut_in_the_middle_of_an_object_is_taken_up_again,
            a_write_that_is_broken_off_leaves_nothing, a_write_that_was_killed_can_be_run_again,
            a_packed_object_that_was_cut_is_told_by_what_unpacks_it,
            settings_that_cannot_be_used_are_told, credentials_are_looked_for_where_boto3_does,
            a_bucket_of_another_region_is_asked_there, parts_that_cannot_be_joined_are_told_though_the_status_is_200]


def main():
    try:
        program, moto = ralph(), Moto()
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached")
        return SKIPPED
    try:
        with tempfile.TemporaryDirectory() as folder:
            moto.checks_signatures(True)
            theirs = Side(program, os.path.join(folder, "1"), "theirs", settings(moto, "theirs"))
            ours = Side(BINARY, os.path.join(folder, "2"), "ours", settings(moto, "ours"))
            return run_tests(tests_of(moto, theirs, ours))
    finally:
        moto.process.terminate()


if __name__ == "__main__":
    sys.exit(main())
