#include "xapi/stamp.h"

#include <doctest/doctest.h>

namespace lectern::xapi {
namespace {

constexpr std::string_view authority = R"({"mbox":"mailto:lrs@x.y"})";
constexpr std::string_view epoch = "1970-01-01T00:00:00.000000+00:00";

Stamp stamp_for(Version version = Version::v1_0_3) {
  return {*Uuid::parse("6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11"), std::string(authority), false,
          version};
}

StampedText stamped(std::string text, const Stamp& with = stamp_for()) {
  const auto document = json::parse(std::move(text));
  REQUIRE(document);
  return stamp((*document)->root(), with);
}

std::string ours(std::string_view before, std::string_view version = "1.0.0") {
  std::string out(before);
  out.append(R"("stored":")").append(epoch).append(R"(","authority":)").append(authority);
  return out.append(R"(,"version":")").append(version).append("\"");
}

}  // namespace

TEST_CASE("the received bytes stay as they are and our members go to the end") {
  const std::string received =
      "{ \"b\" : 1.10 ,\t\"a\":[ 123456789012345678901234567890, "
      "\"\\u0041\" ]\n";
  const StampedText out = stamped("  " + received + "}  ");
  CHECK(out.json == "{ \"b\" : 1.10 ,\t\"a\":[ 123456789012345678901234567890, \"\\u0041\" ]" +
                        ours(R"(,"id":"6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11","timestamp":")" +
                             std::string(epoch) + "\",") +
                        "\n}");
  CHECK(out.timestamp_is_ours);
  CHECK(out.stored_at.size() == 2);
}

TEST_CASE("what the client gave is kept, but stored and authority") {
  const std::string kept =
      R"("id":"A0000000-0000-4000-8000-000000000000","timestamp":"2020-01-01",)"
      R"("version":"1.0.7")";
  for (const std::string& text : {R"({"stored":"x","authority":{"a":[1]},)" + kept + "}",
                                  R"({"stored" : "x", )" + kept + R"(,"authority":{"a":[1]}})",
                                  "{" + kept + R"( , "authority":{"a":[1]}, "stored":"x"})"}) {
    CAPTURE(text);
    const StampedText out = stamped(text);
    CHECK(out.json == "{" + kept + R"(,"stored":")" + std::string(epoch) + R"(","authority":)" +
                          std::string(authority) + "}");
    CHECK(!out.timestamp_is_ours);
    CHECK(out.stored_at.size() == 1);
  }
}

TEST_CASE("members between dropped ones keep exactly one comma each") {
  const StampedText out =
      stamped(R"({"a":1,"stored":2,"b":3,"authority":4,"timestamp":"t","id":"i","version":"v"})");
  CHECK(out.json == R"({"a":1,"b":3,"timestamp":"t","id":"i","version":"v","stored":")" +
                        std::string(epoch) + R"(","authority":)" + std::string(authority) + "}");
}

TEST_CASE("a key written with escapes is still recognised") {
  const StampedText out = stamped(R"({"st\u006fred":"x","\u0069d":"y","timestamp":"t"})");
  CHECK(out.json == ours(R"({"\u0069d":"y","timestamp":"t",)") + "}");
}

TEST_CASE("an empty object gets our members without a comma before them") {
  CHECK(stamped(R"({"stored":1})").json ==
        ours(R"({"id":"6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11","timestamp":")" + std::string(epoch) +
             "\",") +
            "}");
}

TEST_CASE("the authority of a trusted client is kept if it sent one") {
  Stamp trusting = stamp_for();
  trusting.keep_authority = true;
  CHECK(stamped(R"({"authority":{"a":1},"id":"i","timestamp":"t","version":"v"})", trusting).json ==
        R"({"authority":{"a":1},"id":"i","timestamp":"t","version":"v","stored":")" +
            std::string(epoch) + "\"}");
  CHECK(stamped(R"({"id":"i","timestamp":"t"})", trusting).json ==
        ours(R"({"id":"i","timestamp":"t",)") + "}");
}

TEST_CASE(
    "each lone Activity in contextActivities becomes an array of one, also in a SubStatement") {
  const StampedText out =
      stamped(R"({"object":{"objectType":"SubStatement","context":{"contextActivities":{)"
              R"("parent": {"id":"http://a"} ,"other":[{"id":"http://b"}]}}},)"
              R"("context":{"contextActivities":{"category":{"id":"http://c"}},"extensions":)"
              R"({"http://e":{"contextActivities":{"parent":{}}}}},"id":"i","timestamp":"t"})");
  CHECK(out.json ==
        ours(R"({"object":{"objectType":"SubStatement","context":{"contextActivities":{)"
             R"("parent": [{"id":"http://a"}] ,"other":[{"id":"http://b"}]}}},)"
             R"("context":{"contextActivities":{"category":[{"id":"http://c"}]},"extensions":)"
             R"({"http://e":{"contextActivities":{"parent":{}}}}},"id":"i","timestamp":"t",)") +
            "}");
}

TEST_CASE("an activity that only looks like a SubStatement is left alone") {
  const std::string text =
      R"({"object":{"id":"http://a","context":{"contextActivities":{"parent":{}}}},"id":"i",)"
      R"("timestamp":"t")";
  CHECK(stamped(text + "}").json == ours(text + ",") + "}");
}

TEST_CASE("2.0 converts instants of other zones to UTC and is the default version there") {
  const Stamp two = stamp_for(Version::v2_0_0);
  const auto timestamp = [&](const std::string& text, const Stamp& with) {
    const auto out = stamped(R"({"id":"i","timestamp":")" + text + "\"}", with);
    const auto document = json::parse(out.json);
    REQUIRE(document);
    CHECK((*document)->root().find("version")->string() ==
          (with.version == Version::v2_0_0 ? "2.0.0" : "1.0.0"));
    return std::string((*document)->root().find("timestamp")->string());
  };
  CHECK(timestamp("2020-01-01T01:30:00.123+02:00", two) == "2019-12-31T23:30:00.123000Z");
  CHECK(timestamp("2020-01-01T01:30:00-0330", two) == "2020-01-01T05:00:00.000000Z");
  CHECK(timestamp("2020-01-01T01:30:00.5+01", two) == "2020-01-01T00:30:00.500000Z");
  CHECK(timestamp("2020-01-01T01:30:00+0000", two) == "2020-01-01T01:30:00Z");
  CHECK(timestamp("2020-01-01T01:30:00+00", two) == "2020-01-01T01:30:00Z");
  CHECK(timestamp("2020-01-01T01:30:00", two) == "2020-01-01T01:30:00Z");
  CHECK(timestamp("2020-01-01 01:30:00Z", two) == "2020-01-01T01:30:00Z");
  CHECK(timestamp("2020-01-01T01:30:00,123456789Z", two) == "2020-01-01T01:30:00.123456789Z");
  CHECK(timestamp("2020-01-01T01:30:00,5", two) == "2020-01-01T01:30:00.5Z");
  CHECK(timestamp("2020-01-01T01:30:00,5+02", two) == "2019-12-31T23:30:00.500000Z");
  for (const char* same :
       {"2020-01-01T01:30:00.123456789Z", "2020-01-01T01:30:00+00:00", "2020-01-01t01:30:00z",
        "2016-12-31T23:59:60Z", "0000-01-01T00:30:00+01:00", "9999-12-31T23:30:00-01:00"}) {
    CAPTURE(same);
    CHECK(timestamp(same, two) == same);
  }
  CHECK(timestamp("2020-01-01T01:30:00.123+02:00", stamp_for()) == "2020-01-01T01:30:00.123+02:00");
}

TEST_CASE("2.0 converts the instant of a SubStatement too") {
  const StampedText out =
      stamped(R"({"object":{"objectType":"SubStatement","timestamp":"2020-01-01T01:00:00+01:00"}})",
              stamp_for(Version::v2_0_0));
  CHECK(out.json.find(R"("timestamp":"2020-01-01T00:00:00.000000Z")") != std::string::npos);
}

TEST_CASE("the instant is written into its places and nowhere else") {
  StampedText out = stamped(R"({"context":{"contextActivities":{"parent":{}}}})");
  const std::string before = out.json;
  const Time time = *parse_time("2026-11-24T09:13:00.123456Z");
  set_stored(out.json, out.stored_at, time);
  const auto document = json::parse(out.json);
  REQUIRE(document);
  CHECK((*document)->root().find("stored")->string() == "2026-11-24T09:13:00.123456+00:00");
  CHECK((*document)->root().find("timestamp")->string() == "2026-11-24T09:13:00.123456+00:00");
  set_stored(out.json, out.stored_at, Time{});
  CHECK(out.json == before);
}

}  // namespace lectern::xapi
