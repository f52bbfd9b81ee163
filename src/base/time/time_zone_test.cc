#include "base/time/time_zone.h"

#include <string>

#include <doctest/doctest.h>

namespace lectern {

TEST_CASE("a zone tells summer from winter time, also behind its last transition") {
  const auto berlin = TimeZone::find("Europe/Berlin");
  REQUIRE(berlin);
  CHECK(berlin->offset_s(1'761'440'399) == 7'200);  // 2025-10-26T00:59:59Z
  CHECK(berlin->offset_s(1'761'440'400) == 3'600);
  CHECK(berlin->offset_s(1'774'745'999) == 3'600);  // 2026-03-29T00:59:59Z
  CHECK(berlin->offset_s(1'774'746'000) == 7'200);
  CHECK(berlin->offset_s(2'538'864'000) == 7'200);  // June and December 2050, by its rule
  CHECK(berlin->offset_s(2'554'675'200) == 3'600);
}

TEST_CASE("zones have odd offsets, and southern ones summer in January") {
  const auto kathmandu = TimeZone::find("Asia/Kathmandu");
  REQUIRE(kathmandu);
  CHECK(kathmandu->offset_s(1'767'225'600) == 20'700);
  const auto adelaide = TimeZone::find("Australia/Adelaide");
  REQUIRE(adelaide);
  CHECK(adelaide->offset_s(2'524'608'000) == 37'800);  // 2050-01-01
  CHECK(adelaide->offset_s(2'540'246'400) == 34'200);  // 2050-06-30
}

TEST_CASE("UTC is there without a file; a path, or bytes that are no zone, are none") {
  REQUIRE(TimeZone::find("UTC"));
  CHECK(TimeZone::find("UTC")->offset_s(0) == 0);
  CHECK(!TimeZone::find("../zoneinfo/UTC"));
  CHECK(!TimeZone::find("/etc/passwd"));
  CHECK(!TimeZone::find("Europe"));
  CHECK(!TimeZone::find("Nowhere/Atall"));
  CHECK(!TimeZone::find("right/UTC"));  // with leap seconds
  for (const auto* const name : {"localtime", "posixrules", "Factory", "posix/Europe/Berlin"})
    CHECK(!TimeZone::find(name));
  CHECK(!TimeZone::parse(""));
  CHECK(!TimeZone::parse(std::string("TZif2") + std::string(39, '\xff')));
}

}  // namespace lectern
