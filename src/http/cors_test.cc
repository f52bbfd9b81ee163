#include "http/cors.h"

#include <doctest/doctest.h>

namespace lectern::http {
namespace {

Request from(const char* method, const char* origin) {
  Request request;
  request.method = method;
  if (*origin != '\0') request.headers.set("Origin", origin);
  return request;
}

Request question(const char* origin) {
  auto request = from("OPTIONS", origin);
  request.headers.set("access-control-request-method", "PUT");
  return request;
}

TEST_CASE("without origins CORS is off") {
  const Cors cors({});
  CHECK_FALSE(cors.is_preflight(question("https://a.example")));
  Response response;
  cors.permit(from("GET", "https://a.example"), response);
  CHECK(response.headers.fields().empty());
  CHECK(response.refusal.reason.empty());
  cors.permit(question("https://a.example"), response);
  CHECK(response.headers.fields().empty());
  CHECK(
      response.refusal.reason ==
      "pages of https://a.example may not call this server (LECTERN_RUNSERVER_CORS_ALLOW_ORIGINS)");
}

TEST_CASE("a preflight is OPTIONS with an origin and the method it asks for") {
  const Cors cors({"*"});
  CHECK(cors.is_preflight(question("https://a.example")));
  CHECK_FALSE(cors.is_preflight(question("")));
  CHECK_FALSE(cors.is_preflight(from("OPTIONS", "https://a.example")));
  auto get = question("https://a.example");
  get.method = "GET";
  CHECK_FALSE(cors.is_preflight(get));
}

TEST_CASE("a listed origin is allowed by name, and caches are told") {
  const Cors cors({"https://a.example", "https://b.example:8443"});
  const auto answer = cors.preflight(question("https://b.example:8443"));
  CHECK(answer.status == 204);
  CHECK(answer.headers.find("Access-Control-Allow-Origin") == "https://b.example:8443");
  CHECK(answer.headers.find("Vary") == "Origin");
  CHECK(answer.headers.find("Access-Control-Allow-Methods")->find("PUT") != std::string::npos);
  const auto allowed = *answer.headers.find("Access-Control-Allow-Headers");
  for (const char* header :
       {"Authorization", "X-Experience-API-Version", "If-Match", "If-None-Match", "Content-Type"})
    CHECK(allowed.find(header) != std::string::npos);
}

TEST_CASE("an origin that is not listed gets no permission") {
  const Cors cors({"https://a.example"});
  for (const char* origin : {"https://a.example.evil", "http://a.example", "null"}) {
    const auto answer = cors.preflight(question(origin));
    CHECK(answer.status == 204);
    CHECK_FALSE(answer.headers.find("Access-Control-Allow-Origin"));
    CHECK_FALSE(answer.headers.find("Access-Control-Allow-Methods"));
    CHECK(answer.headers.find("Vary") == "Origin");
  }
}

TEST_CASE("a permitted response shows the page the headers of the standard") {
  const Cors cors({"*"});
  Response response;
  cors.permit(from("GET", "https://a.example"), response);
  CHECK(response.headers.find("Access-Control-Allow-Origin") == "*");
  CHECK_FALSE(response.headers.find("Access-Control-Allow-Credentials"));
  const auto shown = *response.headers.find("Access-Control-Expose-Headers");
  for (const char* header : {"ETag", "Last-Modified", "X-Experience-API-Version",
                             "X-Experience-API-Consistent-Through", "Content-Length"})
    CHECK(shown.find(header) != std::string::npos);
}

}  // namespace
}  // namespace lectern::http
