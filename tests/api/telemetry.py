#!/usr/bin/env python3
"""What an operator is told of requests: log lines that explain, and spans at an OpenTelemetry collector, which is
a small HTTP server here. Its own absence, or its hanging, must not be felt by clients."""

import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

import lectern

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
STATEMENT = {"actor": {"mbox": "mailto:ann@example.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"},
             "object": {"id": "https://example.org/course/1"}}
BAD = {**STATEMENT, "actor": {"mbox": "ann"}}


class Collector:
    """Takes OTLP/HTTP; `spans` are those of all calls, `calls` their (path, headers, document)."""

    def __init__(self, answer=b"{}", status=200, hang=None):
        self.calls, self.arrived = [], threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.arrived:
                    outer.calls.append((self.path, dict(self.headers), body))
                    outer.arrived.notify_all()
                if hang is not None:
                    hang.wait(60)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def spans(self):
        return [span for _, _, body in self.calls for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]

    def wait_for(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.spans) >= count, timeout=60), self.calls


def attributes(owner):
    values = {one["key"]: one["value"] for one in owner["attributes"]}
    return {key: value.get("stringValue", value.get("intValue")) for key, value in values.items()}


def within(read, wanted, seconds=60):
    """Waits until read() gives what is wanted."""
    end = time.monotonic() + seconds
    while not wanted(value := read()):
        assert time.monotonic() < end, value
        time.sleep(0.02)
    return value


def metric(server, name):
    text = server.call("GET", "/metrics", user=None).body.decode()
    found = re.search(rf"^{name} (\S+)$", text, re.M)
    return float(found[1]) if found else None


def line_of(server, request_id):
    return within(lambda: [line for line in server.log_text().splitlines() if request_id in line], bool)[0]


def check_text_lines():
    with lectern.Server({"TZ": "America/New_York"}, backend="memory") as server:
        answer = server.call("POST", "/xAPI/statements", [STATEMENT, BAD], {"X-Request-ID": "refused-1"})
        assert answer.status == 400, answer
        line = line_of(server, "refused-1")
        assert re.search(r'"POST /xAPI/statements" 400 \d+ [\d.]+ms refused-1 "', line), line
        assert "at /1/actor/mbox (" in line, line
        told = answer.json
        assert told["rule"] in line and told["detail"].split('"')[0] in line, (told, line)
        instant = re.match(r"\d{4}-\d\d-\d\dT?[ ]?\d\d:\d\d:\d\d\.\d{3}Z info ", line)
        assert instant, line
        hour = int(re.search(r"[ T](\d\d):", line)[1])
        assert (hour - time.gmtime().tm_hour) % 24 in (0, 23), line
        server.call("GET", "/xAPI/about", headers={"X-Request-ID": "big", "X-Big": "a" * 40000})
        assert re.search(r" 431 .*headers", line_of(server, '" 431')), server.log_text()
        server.call("GET", "/xAPI/statements?nonsense=1", headers={"X-Request-ID": "odd"})
        assert '"' in line_of(server, "odd").split(" odd ")[1]
        partial = server.call("POST", "/xAPI/statements?partialSuccess=true", [STATEMENT, BAD],
                              {"X-Request-ID": "partly"})
        assert partial.status == 200, partial
        assert "1 refused, the first: " in line_of(server, "partly"), server.log_text()
        assert metric(server, 'lectern_statements_total{outcome="invalid"}') == 2


def check_json_lines():
    settings = {"LECTERN_LOG_FORMAT": "json", "LECTERN_RUNSERVER_CORS_ALLOW_ORIGINS": "https://lms.example",
                "LECTERN_AUTH_FAILURES_MAX": "1"}
    with lectern.Server(settings, backend="memory") as server:
        server.call("POST", "/xAPI/statements", BAD,
                    {"X-Request-ID": "id-1", "User-Agent": "Moodle \xff/4", "traceparent": f"00-{TRACE}-{PARENT}-01"})
        line = json.loads(line_of(server, "id-1"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("time")), line
        assert line.pop("duration_ms") > 0 and line.pop("bytes") > 0
        reason = line.pop("reason")
        assert "mbox" in reason, reason
        assert line == {
            "level": "info", "message": "POST /xAPI/statements 400", "remote": "127.0.0.1", "user": "janedoe",
            "method": "POST", "path": "/xAPI/statements", "route": "/xAPI/statements", "status": 400,
            "request_id": "id-1", "user_agent": "Moodle \\xff/4", "trace_id": TRACE, "span_id": PARENT,
            "pointer": "/actor/mbox", "rule": line["rule"]}, line
        server.call("OPTIONS", "/xAPI/statements", user=None,
                    headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
                             "X-Request-ID": "id-2"})
        assert "https://evil.example may not" in json.loads(line_of(server, "id-2"))["reason"]
        for password in ("one", "two", "three"):  # the third is too soon
            server.call("GET", "/xAPI/statements", user='e"ve', password=password)
        failed, delayed = json.loads(line_of(server, "failed login")), json.loads(line_of(server, "delayed login"))
        for line in (failed, delayed):
            assert (line["user"], line["remote"]) == ("e\\x22ve", "127.0.0.1"), line
        assert "no such user" in failed["message"], failed
        assert re.search(r"may try again in 1 s$", delayed["message"]), delayed
        server.call("GET", "/xAPI/statements", user=None, headers={"X-Request-ID": "id-3"})
        assert json.loads(line_of(server, "id-3"))["reason"] == "No credentials were sent"
        for each in server.log_text().splitlines():
            json.loads(each)


def check_spans():
    with Collector() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url + "/", "OTEL_BSP_SCHEDULE_DELAY": "50",
                    "OTEL_SERVICE_NAME": "lrs", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=a%20b,service.name=x",
                    "OTEL_EXPORTER_OTLP_HEADERS": "x-key=se%20cret", "OTEL_METRICS_EXPORTER": "none"}
        with lectern.Server(settings, backend="memory") as server:
            before = time.time_ns()
            server.call("POST", "/xAPI/statements", BAD,
                        {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "id-1", "User-Agent": "Moodle"})
            server.call("GET", "/xAPI/about", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
            server.call("GET", "/whoami?secret=1")
            collector.wait_for(2)
            assert "OTEL_METRICS_EXPORTER" not in server.log_text()
            # The last one tells that what was not sampled before it has not come.
            first, second = collector.spans
            assert (first["traceId"], first["parentSpanId"], first["kind"]) == (TRACE, PARENT, 2), first
            assert first["name"] == "POST /xAPI/statements" and re.fullmatch("[0-9a-f]{16}", first["spanId"])
            assert before <= int(first["startTimeUnixNano"]) < int(first["endTimeUnixNano"]) <= time.time_ns()
            told = attributes(first)
            assert "mbox" in told.pop("lectern.reason") and int(told.pop("http.response.body.size")) > 0
            assert told == {
                "http.request.method": "POST", "url.path": "/xAPI/statements", "http.route": "/xAPI/statements",
                "http.response.status_code": "400", "client.address": "127.0.0.1",
                "user_agent.original": "Moodle", "lectern.request_id": "id-1"}, told
            assert first["status"] == {}, first  # a client's fault is no error of the server's span
            assert second["name"] == "GET /whoami" and second["parentSpanId"] == "", second
            assert "secret" not in json.dumps(second)
            path, headers, body = collector.calls[0]
            assert path == "/v1/traces" and headers["Content-Type"] == "application/json", (path, headers)
            assert headers["x-key"] == "se cret", headers
            assert attributes(body["resourceSpans"][0]["resource"])["service.name"] == "lrs"
            assert attributes(body["resourceSpans"][0]["resource"])["deployment.environment"] == "a b"
            within(lambda: metric(server, "lectern_spans_exported_total"), lambda value: value >= 2)
            # What waits at the end is sent.
            server.call("GET", "/whoami", headers={"X-Request-ID": "last"})
        assert "last" in json.dumps(collector.spans)


def check_collector_away():
    gone = f"http://127.0.0.1:{lectern.free_port()}"
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": gone, "OTEL_BSP_SCHEDULE_DELAY": "20"}
    with lectern.Server(settings, backend="memory") as server:
        for _ in range(5):
            assert server.call("GET", "/whoami").status == 200
        within(lambda: metric(server, "lectern_spans_dropped_total"), lambda value: value >= 5)
        line = line_of(server, "spans were dropped")
        assert re.search(r"warning \d+ spans were dropped: the collector at \S+/v1/traces", line), line
    with Collector(answer=b'{"partialSuccess":{"rejectedSpans":"1"}}') as collector:
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        with lectern.Server(settings, backend="memory") as server:
            server.call("GET", "/whoami")
            within(lambda: metric(server, "lectern_spans_dropped_total"), lambda value: value >= 1)


def check_collector_hangs():
    release = threading.Event()
    with Collector(hang=release) as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "20",
                    "OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_EXPORTER_OTLP_TIMEOUT": "30000"}
        with lectern.Server(settings, backend="memory") as server:
            server.call("GET", "/whoami")
            collector.wait_for(1)
            for _ in range(30):
                assert server.call("GET", "/whoami").status == 200
            assert metric(server, "lectern_spans_dropped_total") >= 20
            release.set()


def check_process():
    with lectern.Server(backend="embedded") as server:
        assert metric(server, "process_resident_memory_bytes") > 1e6
        assert abs(metric(server, "process_start_time_seconds") - time.time()) < 300
        assert 0 < metric(server, "process_open_fds") < metric(server, "process_max_fds")
        assert metric(server, "lectern_store_bytes") > 1000
        before = metric(server, "process_cpu_seconds_total")
        within(lambda: metric(server, "process_cpu_seconds_total"), lambda value: value > before)
        text = server.call("GET", "/metrics", user=None).body.decode()
        assert re.search(r'lectern_build_info\{version="[\d.]+",commit="[0-9a-f]*"\} 1', text), text
        auth = os.path.join(server.app_dir, "auth.json")
        with open(auth) as file:
            good = file.read()
        for text, broken in (("[{", 1), (good, 0)):
            assert metric(server, "lectern_credentials_file_broken") == 1 - broken
            with open(auth, "w") as file:
                file.write(text)

            def look():
                server.call("GET", "/whoami")  # who asks has the file looked at
                return metric(server, "lectern_credentials_file_broken")

            within(look, lambda value: value == broken)


def check_settings():
    def refusal(**settings):
        env = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), **settings}
        done = subprocess.run([lectern.BINARY, "runserver", "-b", "memory", "-h", "127.0.0.1", "-p", "0"], env=env,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, done
        return done.stderr.splitlines()[-1]

    assert "OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318" in refusal(OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")
    assert "a number from 0 to 1" in refusal(OTEL_TRACES_SAMPLER_ARG="2")
    with Collector() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "20",
                    "OTEL_TRACES_SAMPLER": "always_off", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        with lectern.Server(settings, backend="memory") as server:
            server.call("GET", "/whoami", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
            assert "spans are sent as http/json" in server.log_text()
        assert not collector.spans


def main():
    check_text_lines()
    check_json_lines()
    check_spans()
    check_collector_away()
    check_collector_hangs()
    check_process()
    check_settings()
    print("the log explains, and spans arrive or are counted")


if __name__ == "__main__":
    sys.exit(main())
