#include "base/time/time.h"

#include <doctest/doctest.h>

namespace lectern {

TEST_CASE("instants are read in every form of the standard") {
  const Time noon = *parse_time("2026-11-24T12:00:00Z");
  for (const auto* text :
       {"2026-11-24T12:00:00.000Z", "2026-11-24t13:00:00+01:00", "2026-11-24 13:00:00+0100",
        "2026-11-24T13:00:00+01", "2026-11-24T12:00:00", "2026-11-24T11:59:60z",
        "2026-11-24T05:30:00.0000000009-06:30"}) {
    CAPTURE(text);
    CHECK(parse_time(text) == noon);
  }
}

TEST_CASE("what is no instant is refused") {
  for (const auto* text :
       {"", "should fail", "01/011/2015", "2026-11-24", "2026-02-30T00:00:00Z",
        "2026-11-24T12:60:00Z", "2026-11-24T12:00:00-00", "2026-11-24T12:00:00-0000",
        "2026-11-24T12:00:00-00:00", "2026-11-24T12:00:00.Z", "2026-11-24T12:00:00ZZ",
        "2026-11-24T12:00:00+1:00"}) {
    CAPTURE(text);
    CHECK(!parse_time(text));
  }
}

TEST_CASE("a fraction is cut, never rounded") {
  CHECK(utc_text(*parse_time("2026-11-24T12:00:00.1234569Z")) == "2026-11-24T12:00:00.123456Z");
}

TEST_CASE("instants are written in their three forms") {
  const Time time = *parse_time("2026-11-24T09:13:00.000120Z");
  CHECK(stored_text(time) == "2026-11-24T09:13:00.000120+00:00");
  CHECK(stored_text(time).size() == stored_text_size);
  CHECK(http_date(time) == "Tue, 24 Nov 2026 09:13:00 GMT");
}

}  // namespace lectern
