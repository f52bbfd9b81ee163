#include "base/text.h"

#include <doctest/doctest.h>

namespace lectern {
namespace {

TEST_CASE("letter case is taken away of ASCII alone") {
  CHECK(lower_case("AbC-\xC3\x84") == "abc-\xC3\x84");
  CHECK(equal_without_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equal_without_case("content", "content-type"));
  CHECK_FALSE(equal_without_case("\xC3\x84", "\xC3\xA4"));
  CHECK_FALSE(equal_without_case("@[", "`{"));  // 32 apart, and no letters
}

TEST_CASE("a media type is compared without parameters, blanks and case") {
  CHECK(media_type_of(" Application/JSON ; charset=utf-8") == "application/json");
  CHECK(media_type_of("").empty());
  CHECK(media_type_of(";a=b").empty());
}

TEST_CASE("what is not unreserved is percent-encoded, byte by byte") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b+/\xC3\xA9\n") == "a%20b%2B%2F%C3%A9%0A");
  CHECK(percent_encoded_path("/a b/\xC3\xA9") == "/a%20b/%C3%A9");
}

TEST_CASE("what was percent-encoded is so no more, and what is no escape stays") {
  CHECK(percent_decoded("a%20b/%C3%a9%2B%25~") == "a b/\xC3\xA9+%~");
  CHECK(percent_decoded("%zz%4") == "%zz%4");
  CHECK(percent_decoded("a+b%") == "a+b%");
}

TEST_CASE("white space is taken off at both ends alone") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
}

}  // namespace
}  // namespace lectern
