#include "xapi/facts.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "xapi/values/duration.h"

namespace lectern::xapi {
namespace {

/// The facts of a statement, and the document that they view.
struct Read {
  std::unique_ptr<json::Document> document;
  Facts facts;
};

Read read(const std::string& members) {
  auto document = json::parse(R"({"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"v:a"},)" +
                              members + "}");
  REQUIRE(document);
  Read out{std::move(*document), {}};
  out.facts = facts_of(out.document->root());
  return out;
}

}  // namespace

TEST_CASE("a course is a parent or a grouping, each once") {
  const auto one = read(R"("context":{"platform":"P","language":"de","contextActivities":{
    "parent":{"id":"c:1"},"grouping":[{"id":"c:2"},{"id":"c:1"}]}})");
  CHECK(one.facts.parents == std::vector<std::string_view>{"c:1"});
  CHECK(one.facts.courses == std::vector<std::string_view>{"c:1", "c:2"});
  CHECK(one.facts.platform == "P");
  CHECK(one.facts.language == "de");
}

TEST_CASE("only an Activity is one; an object that says nothing of its type is") {
  CHECK(read(R"("object":{"id":"a:1"})").facts.activity == "a:1");
  CHECK(read(R"("object":{"objectType":"StatementRef","id":"a:1"})").facts.activity.empty());
  CHECK(read(R"("object":{"objectType":"Agent","mbox":"mailto:a@b.c"})").facts.activity.empty());
}

TEST_CASE("a score of 0 between 0 and 0 says nothing; one between bounds does") {
  const auto nothing = read(R"("result":{"score":{"raw":0,"min":0,"max":0,"scaled":0}})");
  CHECK(nothing.facts.score_says_nothing);
  const auto something = read(R"("result":{"score":{"raw":0,"min":0,"max":5}})");
  CHECK(!something.facts.score_says_nothing);
  CHECK(something.facts.raw == 0);
  CHECK(!something.facts.scaled);
}

TEST_CASE("a number beyond all numbers is none") {
  CHECK(!read(R"("result":{"score":{"raw":1e999}})").facts.raw);
}

TEST_CASE("the length of a completed video is no time spent, unless it says what was played") {
  const std::string video =
      R"("object":{"id":"a:1","definition":{"type":"https://w3id.org/xapi/video/activity-type/video"}},)";
  const auto of = [&](const std::string& verb, const std::string& result) {
    const auto document =
        json::parse(R"({"verb":{"id":")" + verb + R"("},)" + video + R"("result":)" + result + "}");
    REQUIRE(document);
    return facts_of((*document)->root()).duration_says_nothing;
  };
  const std::string completed = "http://adlnet.gov/expapi/verbs/completed";
  CHECK(of(completed, R"({"duration":"PT9M"})"));
  CHECK(!of("https://w3id.org/xapi/video/verbs/paused", R"({"duration":"PT9M"})"));
  CHECK(!of(completed, R"({"duration":"PT9M","extensions":{
    "https://w3id.org/xapi/video/extensions/played-segments":"0[.]9"}})"));
}

TEST_CASE("a duration is as many seconds as it says; of years and months nobody knows") {
  CHECK(seconds_of("PT1H2M3.5S") == 3723.5);
  CHECK(seconds_of("PT0,5H") == 1800);
  CHECK(seconds_of("P1.5D") == 129'600);
  CHECK(seconds_of("P2W") == 1'209'600);
  CHECK(seconds_of("P435DT02H30M00S") == 435 * 86'400 + 9000);
  CHECK(seconds_of("P0Y0M0DT0H0M1S") == 1);
  CHECK(!seconds_of("P1Y"));
  CHECK(!seconds_of("P1M"));
  CHECK(!seconds_of("P1DT"));
  CHECK(!seconds_of("one hour"));
}

}  // namespace lectern::xapi
