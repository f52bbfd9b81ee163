#include "base/time/iso8601.h"

#include <doctest/doctest.h>

namespace lectern {

TEST_CASE("instants are read in every form of ISO 8601 that has a whole date and a time") {
  const Time afternoon = *parse_time("2013-02-02T14:00:00Z");
  for (const auto* text :
       {"2013-02-02T14:00Z", "2013-02-02T14Z", "2013-02-02T14,0+00:00", "2013-02-02t16:00+02",
        "20130202T140000Z", "20130202T1400Z", "20130202T14Z", "20130202T140000.000+0000",
        "2013-033T14:00:00Z", "2013-033T14:00", "2013033T140000Z", "2013-W05-6T14:00:00Z",
        "2013W056T1400Z", "2013-02-02 14:00", "2013-02-02T13:59.99999999999Z"}) {
    CAPTURE(text);
    const auto time = parse_time(text);
    REQUIRE(time);
    CHECK(std::chrono::abs(*time - afternoon) <= std::chrono::microseconds{1});
    CHECK(!parse_rfc3339(text));
  }
  CHECK(parse_time("2013-02-02T13.5Z") == parse_time("2013-02-02T13:30:00Z"));
  CHECK(parse_time("20130202T1330,5Z") == parse_time("2013-02-02T13:30:30Z"));
}

TEST_CASE("24:00:00 is the midnight that ends the day") {
  for (const auto* text : {"2013-02-28T24:00:00Z", "2013-02-28T24:00Z", "20130228T24Z",
                           "2013-02-28T24:00:00.000Z", "2013-03-01T02:00:00+02:00"}) {
    CAPTURE(text);
    CHECK(parse_time(text) == parse_time("2013-03-01T00:00:00Z"));
  }
  CHECK(!parse_rfc3339("2013-02-28T24:00:00Z"));
}

TEST_CASE("weeks begin with Monday, and the first has the 4th of January") {
  CHECK(parse_time("2009-W01-1T00Z") == parse_time("2008-12-29T00:00:00Z"));
  CHECK(parse_time("2009-W53-7T00Z") == parse_time("2010-01-03T00:00:00Z"));
  CHECK(parse_time("2024-366T00Z") == parse_time("2024-12-31T00:00:00Z"));
}

TEST_CASE("what ISO 8601 does not have is no instant") {
  for (const auto* text :
       {"2013-02-02",        "20130202",         "2013-02T14:00Z",       "201302T14Z",
        "2013-033",          "2013-02-02T",      "2013-02-02T1400Z",     "20130202T14:00Z",
        "2013-0202T14:00Z",  "2013-02-02T14:0Z", "2013-02-02T24:00:01Z", "2013-02-02T24:00:00.1Z",
        "2013-02-02T25:00Z", "2013-366T00Z",     "2013-000T00Z",         "2013-W00-1T00Z",
        "2013-W53-1T00Z",    "2013-W05-0T00Z",   "2013-W05-8T00Z",       "2013-W05T00Z",
        "2013-W056T00Z",     "2013W05-6T00Z",    "20130230T00Z",         "2013-02-02T14:00-00:00",
        "20130202T14-00",    "2013-02-02T14.Z",  "+002013-02-02T14:00Z", "13-02-02T14:00Z"}) {
    CAPTURE(text);
    CHECK(!parse_time(text));
  }
}

}  // namespace lectern
