#include "xapi/query.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace lectern::xapi {
namespace {

Result<StatementQuery> query(std::string_view text) {
  auto parameters = parse_parameters(text);
  REQUIRE(parameters);
  return parse_statement_query(*parameters);
}

std::string refusal(std::string_view text) {
  const auto result = query(text);
  REQUIRE(!result);
  CHECK(result.error().code == Code::invalid);
  return result.error().message;
}

using Texts = std::vector<std::string>;

Texts texts_of(const Terms& terms) {
  Texts texts;
  for (const Term& term : terms) texts.push_back(term.text());
  return texts;
}

constexpr std::string_view id = "6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11";
const std::string by_id = "statementId=" + std::string(id);

}  // namespace

TEST_CASE("parameters are split and decoded in their order") {
  const auto parameters = parse_parameters("a=1&b=%C3%A9+%2B%3d&&c&=x&d=e=f");
  REQUIRE(parameters);
  CHECK(*parameters ==
        Parameters{{"a", "1"}, {"b", "\xC3\xA9 +="}, {"c", ""}, {"", "x"}, {"d", "e=f"}});
  CHECK(parse_parameters("")->empty());
  CHECK(value_of(*parameters, "d") == "e=f");
  CHECK(value_of(*parameters, "e") == std::nullopt);
}

TEST_CASE("bad escapes and texts that are not UTF-8 are refused") {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "a=%4g", "%=1", "a=%FF", "a=%C0%80",
                           "a=%ED%A0%80", "a=%F4%90%80%80", "a=%C3", "a=%E2%82", "a=%F0%82%82%AC",
                           "a=%E0%82%AC", "a=%80", "a=\xFF"}) {
    CAPTURE(text);
    const auto parameters = parse_parameters(text);
    REQUIRE(!parameters);
    CHECK(parameters.error().code == Code::invalid);
  }
  CHECK(parse_parameters("a=%41%E2%82%AC%F0%9F%98%80%F4%8F%BF%BF%C2%80%EF%BF%BF"));
}

TEST_CASE("an encoded value reads back as itself") {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "é😀";
  const std::string encoded = percent_encoded(text);
  CHECK(encoded.find_first_of(" &=+#?/") == std::string::npos);
  const auto parameters = parse_parameters("a=" + encoded);
  REQUIRE(parameters);
  CHECK(value_of(*parameters, "a") == text);
}

TEST_CASE("without parameters everything is asked for, newest first") {
  const auto all = query("");
  REQUIRE(all);
  CHECK(all->filter.empty());
  CHECK(all->limit == 0);
  CHECK(all->format == Format::exact);
  CHECK(!all->ascending);
  CHECK(!all->attachments);
  CHECK(!all->mine);
  CHECK(!all->since);
  CHECK(!all->cursor);
}

TEST_CASE("each parameter becomes its part of the query") {
  const Cursor cursor{{Time{std::chrono::microseconds{5}}, *Uuid::parse(id)}, Time{}};
  const auto all = query(
      "agent=%7B%22mbox%22%3A%22mailto%3Aa%40B.example%22%7D&verb=http://v/1&activity=http://a/"
      "%C3%A9"
      "&registration=6F1E0C5E-1D3B-4C8E-9A51-9C1B3A1F0D11&since=2020-01-01T00:00:00Z"
      "&until=2020-01-01T02:00:00.5+01:00&limit=7&format=canonical&attachments=true&ascending=true"
      "&mine=true&cursor=" +
      cursor.text());
  REQUIRE(all);
  CHECK(texts_of(all->filter) == Texts{"agent:mbox:mailto:a@b.example", "verb:http://v/1",
                                       "activity:http://a/\xC3\xA9",
                                       "registration:" + std::string(id)});
  CHECK(all->since == parse_time("2020-01-01T00:00:00Z"));
  CHECK(all->until == parse_time("2020-01-01T01:00:00.5Z"));
  CHECK(all->limit == 7);
  CHECK(all->format == Format::canonical);
  CHECK(all->attachments);
  CHECK(all->ascending);
  CHECK(all->mine);
  CHECK(all->cursor == cursor);
}

TEST_CASE("related flags ask for related terms, and may stand alone") {
  const auto both = query(
      "related_agents=true&related_activities=true&activity=http://a/1"
      "&agent={%22account%22:{%22homePage%22:%22http://h%22,%22name%22:%22n%22}}");
  REQUIRE(both);
  CHECK(texts_of(both->filter) == Texts{"agent~:account:http://h n", "activity~:http://a/1"});
  CHECK(query("related_agents=true"));
  const auto neither = query("related_activities=false&activity=http://a/1");
  REQUIRE(neither);
  CHECK(texts_of(neither->filter) == Texts{"activity:http://a/1"});
}

TEST_CASE("an identified group can be asked for, an anonymous one cannot") {
  const auto identified =
      query(R"(agent={"objectType":"Group","mbox":"mailto:g@x.org","member":[]})");
  REQUIRE(identified);
  CHECK(texts_of(identified->filter) == Texts{"agent:mbox:mailto:g@x.org"});
  CHECK(!query(R"(agent={"objectType":"Group","member":[{"mbox":"mailto:g@x.org"}]})"));
}

TEST_CASE("an id may come with format and attachments only") {
  const auto one = query(by_id + "&format=ids&attachments=false");
  REQUIRE(one);
  CHECK(one->statement_id == Uuid::parse(id));
  CHECK(one->format == Format::ids);
  const auto voided = query("voidedStatementId=" + std::string(id));
  REQUIRE(voided);
  CHECK(voided->voided_statement_id == Uuid::parse(id));
  CHECK(!voided->statement_id);
  for (const std::string extra :
       {"agent={}", "verb=http://v", "activity=http://a", "registration=x", "limit=1",
        "since=2020-01-01T00:00:00Z", "until=2020-01-01T00:00:00Z", "ascending=false", "mine=false",
        "related_agents=false", "related_activities=false", "cursor=x"}) {
    CAPTURE(extra);
    CHECK(refusal(by_id + "&" + extra) ==
          "Querying by id only accepts `attachments` and `format` as extra parameters");
    CHECK(refusal(extra + "&voidedStatementId=" + std::string(id)) ==
          "Querying by id only accepts `attachments` and `format` as extra parameters");
  }
  CHECK(refusal(by_id + "&voidedStatementId=" + std::string(id)) ==
        "Query parameters cannot include both `statementId`and `voidedStatementId`");
}

TEST_CASE("unknown, mis-cased and repeated parameters are refused") {
  CHECK(refusal("verbs=x") == "The following parameter is not allowed: `verbs`");
  CHECK(refusal("limit=1&StatementId=x&foo=1") ==
        "The following parameter is not allowed: `StatementId`");
  CHECK(refusal("pit_id=1") == "The following parameter is not allowed: `pit_id`");
  CHECK(refusal("search_after=1") == "The following parameter is not allowed: `search_after`");
  CHECK(refusal("limit=1&limit=1").find("`limit`") != std::string::npos);
}

TEST_CASE("a bad value is refused and its parameter named") {
  for (const std::string text : {"statementId=",
                                 "statementId=x",
                                 "voidedStatementId=",
                                 "registration=",
                                 "registration=6f1e0c5e",
                                 "verb=",
                                 "verb=no-scheme",
                                 "activity=",
                                 "activity=a b",
                                 "agent=",
                                 "agent={",
                                 "agent={}",
                                 "agent=[]",
                                 "agent=null",
                                 "agent=1",
                                 "since=",
                                 "since=2020-01-01",
                                 "since=1577836800",
                                 "until=",
                                 "until=yesterday",
                                 "limit=",
                                 "limit=-1",
                                 "limit=1.0",
                                 "limit=+1",
                                 "limit=x",
                                 "format=",
                                 "format=Exact",
                                 "attachments=",
                                 "attachments=1",
                                 "ascending=yes",
                                 "mine=yes",
                                 "related_agents=",
                                 "related_activities=0",
                                 "cursor=",
                                 "cursor=AAAA"}) {
    CAPTURE(text);
    const std::string name = text.substr(0, text.find('='));
    CHECK(refusal(text).find("`" + name + "`") != std::string::npos);
  }
}

TEST_CASE("a limit beyond every number is the largest one") {
  const auto huge = query("limit=99999999999999999999999999");
  REQUIRE(huge);
  CHECK(huge->limit == static_cast<std::size_t>(-1));
}

TEST_CASE("a plus that was sent unencoded in an instant is understood") {
  CHECK(*time_parameter("since", "2020-01-01T02:00:00 01:00") ==
        *parse_time("2020-01-01T01:00:00Z"));
  CHECK(*time_parameter("since", "2020-01-01 02:00:00.25 01:00") ==
        *parse_time("2020-01-01T01:00:00.25Z"));
  CHECK(*time_parameter("since", "2020-01-01 02:00:00") == *parse_time("2020-01-01T02:00:00Z"));
  CHECK(*time_parameter("since", "2020-01-01T02:00 01:00") == *parse_time("2020-01-01T01:00:00Z"));
  CHECK(*time_parameter("since", "20200101T02 01") == *parse_time("2020-01-01T01:00:00Z"));
  CHECK(!time_parameter("since", "2020-01-01 02:00:00 "));
}

TEST_CASE("a plus that was sent unencoded in an IRI is understood, also within an agent") {
  const auto value = [](const char* text) {
    const auto parameters = parse_parameters(text);
    REQUIRE(parameters);
    return parameters->at(0).second;
  };
  CHECK(value("activity=course-v1:a+b+c") == "course-v1:a+b+c");
  CHECK(value("activityId=http://a/%2B+%20") == "http://a/++ ");
  CHECK(value("verb=http://a/+") == "http://a/+");
  CHECK(value("stateId=a+b") == "a b");
  CHECK(value(R"(agent={"name":"Ada+L",+"mbox":+"mailto:a+b@example.org"})") ==
        R"({"name":"Ada L", "mbox": "mailto:a+b@example.org"})");
  CHECK(value(R"(agent={"account":{"homePage":"http://a/+%2B%20","name":"a+b"}})") ==
        R"({"account":{"homePage":"http://a/++ ","name":"a b"}})");
  CHECK(value(R"(agent={"member":[{"openid":"http://a/+"},{"member":[{"mbox":"+"}]}]})") ==
        R"({"member":[{"openid":"http://a/+"},{"member":[{"mbox":" "}]}]})");
  CHECK(value("agent={+") == "{ ");
  CHECK(value("agent=%5B+%5D") == "[ ]");
}

TEST_CASE("a boolean may be in any letter case") {
  CHECK(*boolean_parameter("ascending", "True"));
  CHECK_FALSE(*boolean_parameter("ascending", "FALSE"));
  CHECK(!boolean_parameter("ascending", "1"));
}

}  // namespace lectern::xapi
