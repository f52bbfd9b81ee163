// What is told about requests: the access log and the metrics.
#include <doctest/doctest.h>

#include "http/access_log.h"
#include "http/metrics.h"

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
  CHECK(access_line(request, response, "", std::chrono::microseconds(1234)) ==
        "10.0.0.1 - \"GET /xAPI/statements\\x0a\\x22\" 404 5 1.234ms id-1");
  response.stream = [] { return Result<std::string>(std::string()); };
  response.stream_bytes = 70'000'000'000;
  CHECK(access_line(request, response, "a b", std::chrono::microseconds(0)) ==
        "10.0.0.1 a\\x20b \"GET /xAPI/statements\\x0a\\x22\" 404 70000000000 0.000ms id-1");
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
