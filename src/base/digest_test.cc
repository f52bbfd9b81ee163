#include "base/digest.h"

#include <doctest/doctest.h>

namespace lectern {

TEST_CASE("digests are those of the standard vectors") {
  CHECK(to_hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(to_hex(*sha2_of_length("abc", 64)) == to_hex(sha256("abc")));
  CHECK(!sha2_of_length("abc", 40));
}

TEST_CASE("base64 goes there and back, and only one text stands for some bytes") {
  for (const auto* text : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    CHECK(from_base64(to_base64(text)) == text);
    CHECK(from_base64url(to_base64url(text)) == text);
  }
  for (const auto* bad : {"Zg", "Zh==", "Zg=", "Z===", "Zm 9", "Zm9v\n", "===="})
    CHECK(!from_base64(bad));
  CHECK(!from_base64url("Zg=="));
}

TEST_CASE("hexadecimal goes there and back") {
  CHECK(from_hex("00fFA1") == std::string("\x00\xff\xa1", 3));
  CHECK(!from_hex("0"));
  CHECK(!from_hex("0g"));
}

}  // namespace lectern
