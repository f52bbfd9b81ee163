#include "http/request/accept.h"

#include <doctest/doctest.h>

namespace lectern::http {

TEST_CASE("browsers would rather have a page, clients JSON") {
  CHECK(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  CHECK(prefers_html("text/html"));
  CHECK(prefers_html("TEXT/HTML ; Q=0.5 , application/json;q=0.499"));
  CHECK(prefers_html("text/*, application/json;q=0.9"));
  CHECK(!prefers_html(""));
  CHECK(!prefers_html("*/*"));
  CHECK(!prefers_html("application/json"));
  CHECK(!prefers_html("application/json, text/html;q=0.9"));
  CHECK(!prefers_html("application/json, text/plain, */*"));
  CHECK(!prefers_html("text/html, application/json"));
  CHECK(!prefers_html("*/*, text/html;q=0"));
  CHECK(!prefers_html(",;,=;q=,/*"));
}

}  // namespace lectern::http
