#include "xapi/json_path.h"

#include <string>

#include <doctest/doctest.h>

namespace lectern::xapi {
namespace {

/// What a path leads to, with blanks between.
std::string found(std::string_view path, const std::string& text) {
  const auto read = JsonPath::parse(path);
  REQUIRE(read);
  const auto document = json::parse(text);
  REQUIRE(document);
  std::string out;
  for (const auto value : read->find((*document)->root()))
    out.append(out.empty() ? "" : " ").append(value.source());
  return out;
}

}  // namespace

TEST_CASE("a path names members, IRIs among them, and elements") {
  const std::string text = R"({"a":{"https://x.y/z'1":[1,{"b":2}],"c":null}})";
  CHECK(found("$", text) == text);
  CHECK(found("$.a.c", text) == "null");
  CHECK(found(R"($.a['https://x.y/z\'1'][1].b)", text) == "2");
  CHECK(found(R"($["a"]["https://x.y/z'1"][*])", text) == R"(1 {"b":2})");
  CHECK(found("$.a.d", text).empty());
  CHECK(found("$.a.c.d", text).empty());
  CHECK(found("$.a[0]", text).empty());
}

TEST_CASE("what is no path is none") {
  for (const std::string_view text : {"", "a", "$.", "$..a", "$[", "$[]", "$['a", "$['a'", "$[-1]",
                                      "$[99999999999999999999]", "$.a b", "$x", "$[*"})
    CHECK_MESSAGE(!JsonPath::parse(text), text);
  std::string deep = "$";
  for (std::size_t i = 0; i <= JsonPath::steps_max; ++i) deep += ".a";
  CHECK(!JsonPath::parse(deep));
}

}  // namespace lectern::xapi
