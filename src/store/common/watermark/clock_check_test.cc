#include "store/common/watermark/clock_check.h"

#include <doctest/doctest.h>

namespace lectern::store {

using namespace std::chrono_literals;

TEST_CASE("W14: a clock may differ up to a bound, and by as long as the question took") {
  ClockCheck check("the database", 5s);
  const Time before = now(), after = before + 30s;
  CHECK(check.compare(before, before, after).has_value());
  CHECK(check.compare(after + 5s, before, after).has_value());
  CHECK(check.compare(before - 5s, before, after).has_value());
  for (const Time off : {after + 6s, before - 6s}) {
    const auto refused = check.compare(off, before, after);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::unavailable);
    CHECK(refused.error().detail.find(off > after ? "6.0 s ahead of" : "6.0 s behind") !=
          std::string::npos);
  }
}

TEST_CASE("W14: a process starts beside a database that is away, and not in another time") {
  const auto starts = [](Result<Time> theirs) {
    return check_clock_at_start([&](Deadline) { return theirs; }).has_value();
  };
  CHECK(starts(now()));
  CHECK(starts(fail(Code::unavailable, "away")));
  CHECK_FALSE(starts(now() - 7s));
  CHECK_FALSE(starts(now() + 7s));
}

}  // namespace lectern::store
