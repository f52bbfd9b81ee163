#include "base/json/writer.h"

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "base/json/json.h"

namespace lectern::json {
namespace {

TEST_CASE("members and elements are parted by commas, however deep they stand") {
  Writer json;
  json.object().member("a", 1).key("list").array();
  for (const char* one : {"x", "y"}) json.object().member("name", one).end();
  json.array().end().end().key("empty").object().end().member("last", true).end();
  CHECK(json.take() == R"({"a":1,"list":[{"name":"x"},{"name":"y"},[]],"empty":{},"last":true})");
}

TEST_CASE("in the spaced style a blank stands behind commas and colons") {
  Writer json(Writer::Style::spaced);
  json.object().member("a", 1).key("list").array().value("x,y:z").value(2).end().end();
  CHECK(json.take() == R"({"a": 1, "list": ["x,y:z", 2]})");
}

TEST_CASE("for people keys and values stand on lines of their own") {
  Writer json(Writer::Style::spaced);
  json.array();
  for (const int one : {1, 2}) json.on_line(2).object().member("a", one).member("b", true).end();
  CHECK(json.end_on_line().take() == "[\n  {\"a\": 1, \"b\": true},\n  {\"a\": 2, \"b\": true}\n]");
  json.object().on_line(2).key("a").array().on_line(4).value(1).end_on_line(2).on_line(2);
  CHECK(json.member("b", 2).end_on_line().take() == "{\n  \"a\": [\n    1\n  ],\n  \"b\": 2\n}");
}

TEST_CASE("what a client wrote cannot break out of its string or its key") {
  const std::string hostile = "\"},\\{\n\x01[";
  Writer json;
  json.object().member(hostile, hostile).end();
  const auto read = parse(json.take());
  REQUIRE(read.has_value());
  REQUIRE((*read)->root().size() == 1);
  const auto member = (*read)->root().find(hostile);
  REQUIRE(member.has_value());
  CHECK(member->string() == hostile);
}

TEST_CASE("a string that ends like an opening bracket is followed by a comma all the same") {
  Writer json;
  json.array().value("{").value("[").value(":").value("\n").end();
  CHECK(json.take() == R"(["{","[",":","\n"])");
}

TEST_CASE("numbers are whole, and an optional without a value is null") {
  Writer json;
  json.array()
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(0)
      .value(std::optional<int>(7))
      .value(std::optional<std::string>())
      .value(false)
      .end();
  CHECK(json.take() == "[-9223372036854775808,18446744073709551615,0,7,null,false]");
}

TEST_CASE("text that is JSON already stands as it is") {
  Writer json;
  json.object().raw_member("statement", "{\"id\":\"x\"}\n").key("more").raw("[1,2]").end();
  CHECK(json.take() == "{\"statement\":{\"id\":\"x\"}\n,\"more\":[1,2]}");
}

TEST_CASE("lines hold a value each, and a writer that was emptied begins anew") {
  Writer json;
  json.object().member("a", 1).end().line().object().end().line();
  CHECK(json.take() == "{\"a\":1}\n{}\n");
  CHECK(json.size() == 0);
  CHECK(json.value("again").take() == "\"again\"");
}

}  // namespace
}  // namespace lectern::json
