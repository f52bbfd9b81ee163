#include "lrs/documents/preconditions.h"

#include <doctest/doctest.h>

namespace lectern::lrs {
namespace {

using Tags = std::vector<std::string>;

Preconditions if_match(std::string_view header) {
  return {parse_entity_tags(header, true), std::nullopt};
}

Preconditions if_none_match(std::string_view header) {
  return {std::nullopt, parse_entity_tags(header, false)};
}

}  // namespace

TEST_CASE("without a precondition everything holds") {
  CHECK(!Preconditions{}.given());
  CHECK(Preconditions{}.hold("a"));
  CHECK(Preconditions{}.hold(std::nullopt));
}

TEST_CASE("If-Match holds for the document that it names, and for none that is not there") {
  CHECK(if_match("\"a\"").given());
  CHECK(if_match("\"a\"").hold("a"));
  CHECK(!if_match("\"a\"").hold("b"));
  CHECK(!if_match("\"a\"").hold(std::nullopt));
  CHECK(if_match("\"x\", \"a\" ,\t\"y\"").hold("a"));
}

TEST_CASE("If-Match: * holds for any document that is there") {
  CHECK(if_match("*").hold("a"));
  CHECK(!if_match("*").hold(std::nullopt));
}

TEST_CASE("If-None-Match holds where the document is another one, or not there") {
  CHECK(!if_none_match("\"a\"").hold("a"));
  CHECK(if_none_match("\"a\"").hold("b"));
  CHECK(if_none_match("\"a\"").hold(std::nullopt));
  CHECK(!if_none_match("*").hold("a"));
  CHECK(if_none_match("*").hold(std::nullopt));
}

TEST_CASE("both must hold where both are given") {
  Preconditions both = if_match("\"a\", \"b\"");
  both.if_none_match = parse_entity_tags("\"b\"", false);
  CHECK(both.hold("a"));
  CHECK(!both.hold("b"));
  CHECK(!both.hold(std::nullopt));
}

TEST_CASE("a weak tag is compared by If-None-Match alone (RFC 9110, 8.8.3.2)") {
  CHECK(!if_match("W/\"a\"").hold("a"));
  CHECK(!if_none_match("W/\"a\"").hold("a"));
}

TEST_CASE("a tag may stand without quotes, and hold a comma within them") {
  CHECK(parse_entity_tags("a", true).tags == Tags{"a"});
  CHECK(parse_entity_tags("\"a,b\",\"c\"", true).tags == Tags{"a,b", "c"});
}

TEST_CASE("a header that names nothing lets nothing be matched") {
  for (const auto* header : {"", " ", ",", " , ,"}) {
    CHECK(!if_match(header).hold("a"));
    CHECK(if_none_match(header).hold("a"));
  }
}

}  // namespace lectern::lrs
