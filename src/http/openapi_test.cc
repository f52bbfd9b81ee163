#include "http/openapi.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "base/json.h"
#include "http/routes.h"

namespace lectern::http {

TEST_CASE("every route is described, and nothing that is no route") {
  for (const auto& route : routes()) {
    CAPTURE(std::string(route.method) + " " + std::string(route.path));
    CHECK(std::any_of(descriptions().begin(), descriptions().end(), [&](const Description& one) {
      return one.method == route.method && one.path == route.path;
    }));
  }
  CHECK(descriptions().size() == routes().size());
  for (const auto& one : descriptions()) CHECK(find_route(one.method, one.path));
}

TEST_CASE("the document is JSON, with every parameter explained") {
  const auto document = json::parse(openapi_document());
  REQUIRE(document);
  CHECK((*document)->root().find("openapi")->string() == "3.1.0");
  CHECK((*document)->root().find("paths")->size() > 10);
  CHECK(openapi_document().find("{},") == std::string::npos);
}

TEST_CASE("HEAD goes wherever GET goes, and other methods are told what is allowed") {
  CHECK(find_route("HEAD", "/xAPI/statements"));
  const auto refused = find_route("DELETE", "/xAPI/statements");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::method_not_allowed);
  CHECK(refused.error().detail == "PUT, POST, GET, HEAD");
}

}  // namespace lectern::http
