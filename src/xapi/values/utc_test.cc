#include "xapi/values/utc.h"

#include <doctest/doctest.h>

namespace lectern::xapi {
namespace {

TEST_CASE("clients of 2.0.0 get both instants of a statement in UTC, and nothing else changes") {
  CHECK(with_instants_in_utc(R"({ "timestamp" : "2026-11-30T05:35:40" ,"x":1.0})") ==
        R"({ "timestamp" : "2026-11-30T05:35:40Z" ,"x":1.0})");
  CHECK(with_instants_in_utc(
            R"({"object":{"timestamp":"2026-11-30T05:35:40,5+02","objectType":"SubStatement"},)"
            R"("timestamp":"2026-11-30T05:35:40Z"})") ==
        R"({"object":{"timestamp":"2026-11-30T03:35:40.500000Z","objectType":"SubStatement"},)"
        R"("timestamp":"2026-11-30T05:35:40Z"})");
  CHECK(with_instants_in_utc(R"({"\u0074imestamp":"2026-11-30T05:35:40","timestamq":"é"})") ==
        R"({"\u0074imestamp":"2026-11-30T05:35:40Z","timestamq":"é"})");
  for (const char* same :
       {R"({"timestamp":"2026-11-30T05:35:40.123456789Z"})",
        R"({"timestamp":"2026-11-30T05:35:40+00:00","object":{"timestamp":"2026-11-30T05:35:40"}})",
        R"({"a":"\"timestamp\"","context":{"timestamp":"2026-11-30T05:35:40"}})",
        R"({"timestamp":"2026-11-30T05:35:4\u0030Z"})", R"({"timestamp":"none"})",
        R"({"timestamp":1})", R"({"timestamp":"0000-01-01T00:30:00+01:00"})", R"({"timestamp")",
        "[1]"}) {
    CAPTURE(same);
    CHECK(with_instants_in_utc(same) == same);
  }
}

TEST_CASE("an instant in any form of ISO 8601 becomes UTC, as does what Ralph takes beside") {
  const auto respelt = [](const char* text) { return respelt_in_utc(text).value_or("as it is"); };
  CHECK(respelt("2013-02-02T14:00Z") == "2013-02-02T14:00:00.000000Z");
  CHECK(respelt("20130202T140000+0200") == "2013-02-02T12:00:00.000000Z");
  CHECK(respelt("2013-W05-6T14:00:00Z") == "2013-02-02T14:00:00.000000Z");
  CHECK(respelt("2013-02-02T24:00:00Z") == "2013-02-03T00:00:00.000000Z");
  CHECK(respelt("2013-02-02") == "2013-02-02T00:00:00.000000Z");
  CHECK(respelt("2013-02-02T14:00:00-00:00") == "2013-02-02T14:00:00.000000Z");
  CHECK(respelt("2013-02-02T14:00:00z") == "as it is");
}

}  // namespace
}  // namespace lectern::xapi
