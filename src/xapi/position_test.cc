#include "xapi/position.h"

#include <random>

#include <doctest/doctest.h>

#include "base/digest.h"

namespace lectern::xapi {

TEST_CASE("a cursor reads back as itself and its text needs no escape in a link") {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> micros(0, 253'402'300'799'999'999);
  for (int i = 0; i < 1000; ++i) {
    const Cursor cursor{{Time{std::chrono::microseconds{micros(random)}}, Uuid::random()},
                        Time{std::chrono::microseconds{micros(random)}}};
    const std::string text = cursor.text();
    CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "-_") == std::string::npos);
    CHECK(Cursor::parse(text) == cursor);
  }
}

TEST_CASE("a text that is no cursor is refused") {
  const Cursor cursor{{Time{std::chrono::microseconds{1}}, Uuid::random()},
                      Time{std::chrono::microseconds{2}}};
  const std::string text = cursor.text();
  CHECK(!Cursor::parse(""));
  CHECK(!Cursor::parse(text.substr(1)));
  CHECK(!Cursor::parse(text + "AAAA"));
  CHECK(!Cursor::parse(text + "="));
  CHECK(!Cursor::parse("+" + text.substr(1)));
  std::string bytes = *from_base64url(text);
  bytes[0] = '\x02';
  CHECK(!Cursor::parse(to_base64url(bytes)));
  bytes[0] = '\x01';
  CHECK(Cursor::parse(to_base64url(bytes)) == cursor);
  bytes[1] = '\x7f';  // the year 290,000
  CHECK(!Cursor::parse(to_base64url(bytes)));
  bytes[1] = '\xff';  // before 1970
  CHECK(!Cursor::parse(to_base64url(bytes)));
}

TEST_CASE("positions are ordered by time, then by id") {
  const auto at = [](int micros, std::string_view id) {
    return Position{Time{std::chrono::microseconds{micros}}, *Uuid::parse(id)};
  };
  constexpr std::string_view low = "00000000-0000-0000-0000-000000000001";
  constexpr std::string_view high = "F0000000-0000-0000-0000-000000000000";
  CHECK(at(1, high) < at(2, low));
  CHECK(at(1, low) < at(1, high));
}

}  // namespace lectern::xapi
