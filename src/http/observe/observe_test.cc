// What is told about requests: the access log, spans and the metrics.
#include <doctest/doctest.h>

#include "base/json/json.h"
#include "http/observe/access_log.h"
#include "http/observe/request_span.h"
#include "http/observe/trace_context.h"
#include "http/resources/metrics.h"

namespace lectern::http {
namespace {

TEST_CASE("an access line is one line, whatever the client sends, and shows no query") {
  Request request;
  request.remote = "10.0.0.1";
  request.method = "GET";
  request.path = "/xAPI/statements\n\"";
  request.query = "agent=secret";
  request.id = "id-1";
  Response response;
  response.status = 404;
  response.body = "12345";
  CHECK(access_line({request, response, "GET", "", "", std::chrono::microseconds(1234)}) ==
        "10.0.0.1 - \"GET /xAPI/statements\\x0a\\x22\" 404 5 1.234ms id-1");
  response.stream = [] { return Result<std::string>(std::string()); };
  response.stream_bytes = 70'000'000'000;
  CHECK(access_line({request, response, "GET", "", "a b"}) ==
        "10.0.0.1 a\\x20b \"GET /xAPI/statements\\x0a\\x22\" 404 70000000000 0.000ms id-1");
}

TEST_CASE("a refused request's line says why, where and by which rule, and which trace it is of") {
  Request request;
  request.path = "/xAPI/statements";
  request.id = "id-1";
  Response response;
  response.status = 400;
  response.refusal = {"`mbox` is\nno \"IRI\"", "/0/actor/mbox", "Data 2.4.2.3"};
  Access access{request, response, "POST", "/xAPI/statements", "ann"};
  access.trace.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  CHECK(access_line(access) ==
        "- ann \"POST /xAPI/statements\" 400 0 0.000ms id-1 "
        "trace=4bf92f3577b34da6a3ce929d0e0e4736 "
        "\"`mbox` is\\x0ano \\\"IRI\\\"\" at /0/actor/mbox (Data 2.4.2.3)");
}

TEST_CASE(
    "fields of the log are valid JSON, whatever the client sends, and leave out what is not") {
  Request request;
  request.path = "/xAPI/\xff";
  request.remote = "::1";
  request.id = "id-1";
  request.headers.add("User-Agent", std::string(5000, 'x') + "\xff");
  Response response;
  response.status = 404;
  response.refusal.reason = "Not Found";
  const auto text = access_fields({request, response, "GET", "", "", {}});
  const auto fields = json::parse(text);
  REQUIRE(fields);
  const auto root = (*fields)->root();
  CHECK(root.find("path")->string() == "/xAPI/\\xff");
  CHECK(root.find("user_agent")->string() == std::string(200, 'x'));
  CHECK(root.find("reason")->string() == "Not Found");
  CHECK(root.find("message")->string() == "GET /xAPI/\\xff 404");
  for (const auto* absent : {"user", "route", "pointer", "rule", "trace_id", "span_id"})
    CHECK_FALSE(root.find(absent));
}

TEST_CASE("only a valid traceparent is taken") {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto parent = parse_traceparent(good);
  REQUIRE(parent);
  CHECK(parent->trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(parent->parent_id == "00f067aa0ba902b7");
  CHECK(parent->sampled);
  CHECK_FALSE(parse_traceparent(good.substr(0, 53) + "02")->sampled);
  CHECK(parse_traceparent("01" + good.substr(2) + "-more"));
  for (const auto& bad : std::initializer_list<std::string>{
           std::string(), good + "-more", "ff" + good.substr(2), good.substr(0, 54),
           "01" + good.substr(2) + "more",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-" + std::string(16, '0') + "-01",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    CHECK_MESSAGE(!parse_traceparent(bad), bad);
}

TEST_CASE("a span is recorded as the caller decided, or the share of traces that begin here") {
  const std::string sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::string dropped = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  CHECK(trace_of(std::nullopt, std::nullopt).trace_id.empty());
  CHECK(trace_of(sampled, std::nullopt).span_id == "00f067aa0ba902b7");
  CHECK_FALSE(trace_of(sampled, std::nullopt).recorded);
  const auto child = trace_of(sampled, Sampler{});
  CHECK(child.recorded);
  CHECK(child.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(child.parent_id == "00f067aa0ba902b7");
  CHECK(child.span_id != child.parent_id);
  CHECK_FALSE(trace_of(dropped, Sampler{}).recorded);
  CHECK(trace_of(dropped, Sampler{false, 1}).recorded);
  CHECK_FALSE(trace_of(sampled, Sampler{false, 0}).recorded);
  const auto begun = trace_of("nonsense", Sampler{});
  CHECK(begun.recorded);
  CHECK(begun.trace_id.size() == 32);
  CHECK(begun.parent_id.empty());
  int recorded = 0;
  for (int i = 0; i < 1000; ++i) recorded += trace_of(std::nullopt, Sampler{true, 0.5}).recorded;
  CHECK(recorded > 350);
  CHECK(recorded < 650);
}

TEST_CASE("requests are counted by route, method and status; invented methods share a series") {
  metrics::Registry registry;
  count_request(registry, "/xAPI/statements", "GET", 200, std::chrono::milliseconds(3));
  count_request(registry, "/xAPI/statements", "GET", 200, std::chrono::milliseconds(30));
  count_request(registry, "/xAPI/statements", "BREW", 405, std::chrono::milliseconds(1));
  count_request(registry, "/xAPI/statements", "BREW2", 405, std::chrono::milliseconds(1));
  const auto text = registry.text();
  const auto has = [&](const char* line) { return text.find(line) != std::string::npos; };
  CHECK(
      has("lectern_http_requests_total{route=\"/xAPI/statements\",method=\"GET\","
          "status=\"200\"} 2\n"));
  CHECK(
      has("lectern_http_requests_total{route=\"/xAPI/statements\",method=\"other\","
          "status=\"405\"} 2\n"));
  CHECK(
      has("lectern_http_request_seconds_bucket{route=\"/xAPI/statements\",method=\"GET\","
          "le=\"0.005\"} 1\n"));
  CHECK(has("lectern_http_request_seconds_count{route=\"/xAPI/statements\",method=\"GET\"} 2\n"));
}

}  // namespace
}  // namespace lectern::http
