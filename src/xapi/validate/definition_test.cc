#include <doctest/doctest.h>

#include "xapi/formats.h"

namespace lectern::xapi {

TEST_CASE("the first definition is taken as it is") {
  CHECK(merge_definition("", R"({ "type" : "a:b" })") == R"({ "type" : "a:b" })");
}

TEST_CASE("nothing new leaves every byte as it was") {
  const std::string known =
      " { \"name\": {\"en\":\"x\", "
      "\"de\":\"y\"},\"extensions\":{\"a:b\":1.0,\"a:c\":{\"p\":1,\"q\":2}},"
      "\"choices\":[ {\"id\":\"1\"} ]}\n";
  for (const char* added :
       {"{}", R"({"name":{}})", R"({"name":{"de":"y"}})", R"({"extensions":{"a:b":1}})",
        R"({"extensions":{"a:c":{"q":2,"p":1.0}},"name":{"en":"\u0078"}})",
        R"({"choices":[{"id":"1"}]})", "rubbish", "[]"}) {
    CAPTURE(added);
    CHECK(merge_definition(known, added) == known);
  }
  CHECK(merge_definition(known, known) == known);
}

TEST_CASE("maps and extensions are joined, the rest is replaced") {
  CHECK(merge_definition(
            R"({ "name" : {"en":"x"}, "type":"a:old","extensions":{"a:b":{"k":1},"a:c":1.50} })",
            R"({"type": "a:new","extensions":{"a:b":{"n":2}},"moreInfo":"a:m","name":{"de":"y"},)"
            R"("description":{"en":"d"}})") ==
        R"({ "name" : {"en":"x","de":"y"}, "type":"a:new","extensions":{"a:b":{"n":2},"a:c":1.50},)"
        R"("moreInfo":"a:m","description":{"en":"d"} })");
}

TEST_CASE("the later name in a language wins") {
  CHECK(merge_definition(R"({"name":{"en":"old","de":"alt"}})", R"({"name":{"en":"new"}})") ==
        R"({"name":{"en":"new","de":"alt"}})");
}

TEST_CASE("empty objects are filled without a comma too many") {
  CHECK(merge_definition("{}", R"({"type":"a:b","moreInfo":"a:c"})") ==
        R"({"type":"a:b","moreInfo":"a:c"})");
  CHECK(merge_definition(R"({"name":{ }})", R"({"name":{"en":"x"}})") == R"({"name":{"en":"x" }})");
}

TEST_CASE("what is known but cannot be read gives way") {
  CHECK(merge_definition("{", R"({"type":"a:b"})") == R"({"type":"a:b"})");
  CHECK(merge_definition("[]", R"({"type":"a:b"})") == R"({"type":"a:b"})");
}

TEST_CASE("interactions are taken as a whole") {
  CHECK(merge_definition(R"({"choices":[{"id":"1"},{"id":"2"}]})", R"({"choices":[{"id":"3"}]})") ==
        R"({"choices":[{"id":"3"}]})");
}

TEST_CASE(
    "a definition stays within its bytes: what is known changes, what does not fit is left out") {
  const std::string known = R"({"name":{"en":"one"},"type":"a:b"})";
  const std::size_t bytes = known.size();
  CHECK(merge_definition(known, R"({"name":{"en":"two"}})", bytes) ==
        R"({"name":{"en":"two"},"type":"a:b"})");
  CHECK(merge_definition(known, R"({"name":{"en":"four"}})", bytes) == known);
  CHECK(merge_definition(known, R"({"name":{"fr":"un"},"type":"a:c"})", bytes) ==
        R"({"name":{"en":"one"},"type":"a:c"})");
  CHECK(merge_definition(known, R"({"name":{"fr":"un"}})", bytes + 10) ==
        R"({"name":{"en":"one","fr":"un"},"type":"a:b"})");
  CHECK(merge_definition(
            known, R"({"moreInfo":"http://a.org","extensions":{"a:x":1,"a:y":"long"}})",
            bytes + 24) == R"({"name":{"en":"one"},"type":"a:b","extensions":{"a:x":1}})");
}

TEST_CASE("a definition never grows beyond its bound, however much is said") {
  std::string known;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i);
    known =
        merge_definition(known, R"({"name":{"x-)" + n + R"(":"a name"},"extensions":{"http://a/)" +
                                    n + R"(":"something of some length"}})");
    REQUIRE(known.size() <= limits::learned_bytes_max);
  }
  CHECK(known.size() > limits::learned_bytes_max - 100);
  REQUIRE(json::parse(known));
  std::string huge = R"({"type":"a:b","name":{"en":"one")";
  for (int i = 0; i < 10'000; ++i) huge += ",\"x-" + std::to_string(i) + "\":\"a name\"";
  const std::string cut = merge_definition("", huge + "}}");
  CHECK(cut.size() <= limits::learned_bytes_max);
  CHECK(cut.starts_with(R"({"type":"a:b","name":{"en":"one","x-0":)"));
  REQUIRE(json::parse(cut));
  // One that grew under an older version is cut when something is news.
  CHECK(merge_definition(huge + "}}", R"({"type":"a:c"})").starts_with(R"({"type":"a:c","name")"));
}

}  // namespace lectern::xapi
