#include "xapi/equality/fingerprint.h"

#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "xapi/stamp.h"
#include "xapi/testing/rewrite_test.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

Fingerprint fingerprint(std::string text) { return fingerprint_of(read(std::move(text))->root()); }

bool same(const std::string& a, const std::string& b) {
  return equivalent(fingerprint(a), fingerprint(b));
}

void visit(Value value, const std::function<void(Value)>& see) {
  see(value);
  for (const Value child : value.children()) visit(child, see);
}

/// The document's text with these bytes in place of a value.
std::string with(const json::Document& document, Value value, std::string_view bytes) {
  std::string text(document.text());
  return text.replace(value.offset(), value.source().size(), bytes);
}

/// Whether a difference at this place must not count.
bool does_not_count(const std::string& pointer) {
  for (const std::string_view root : {"/id", "/timestamp", "/attachments", "/object/attachments"})
    if (pointer == root || pointer.starts_with(std::string(root) + "/")) return true;
  return (pointer.find("/definition") != std::string::npos &&
          !pointer.starts_with("/result/extensions")) ||
         pointer.find("/verb/display") != std::string::npos;
}

std::string changed(Value value) {
  switch (value.type()) {
    case Type::string:
      return json::quoted(std::string(value.string()) + "x");
    case Type::number:
      return std::string(value.number()) + "1";
    case Type::boolean:
      return value.boolean() ? "false" : "true";
    case Type::null:
      return "0";
    case Type::array:
      return "[0]";
    case Type::object:
      return "{\"new\":0}";
  }
  return "";
}

}  // namespace

TEST_CASE("a statement in other words has the same fingerprint") {
  for (const std::string_view text : {activity_statement, sub_statement_statement}) {
    const auto document = read(std::string(text));
    const Fingerprint original = fingerprint_of(document->root());
    std::set<std::string> written;
    for (unsigned seed = 0; seed < 1000; ++seed) {
      const std::string other = Rewriter(seed).statement(document->root());
      written.insert(other);
      CAPTURE(other);
      REQUIRE(equivalent(fingerprint(other), original));
    }
    CHECK(written.size() > 990);
  }
}

TEST_CASE("any other value anywhere gives another fingerprint, where it counts") {
  for (const std::string_view text : {activity_statement, sub_statement_statement}) {
    const auto document = read(std::string(text));
    const auto original = fingerprint_of(document->root()).hash;
    std::set<std::string> seen;
    visit(document->root(), [&](Value value) {
      const std::string pointer = value.pointer();
      if (pointer.empty()) return;
      CAPTURE(pointer);
      const auto other = fingerprint(with(*document, value, changed(value))).hash;
      CHECK((other == original) == does_not_count(pointer));
    });
  }
}

TEST_CASE(
    "a member that is missing or named otherwise gives another fingerprint, where it counts") {
  for (const std::string_view text : {activity_statement, sub_statement_statement}) {
    const auto document = read(std::string(text));
    const auto original = fingerprint_of(document->root()).hash;
    visit(document->root(), [&](Value value) {
      if (value.key_source().empty()) return;
      const std::string pointer = value.pointer();
      CAPTURE(pointer);
      const auto at =
          static_cast<std::size_t>(value.key_source().data() - document->text().data()) + 1;
      std::string renamed(document->text());
      renamed.insert(at, "~");
      const bool renaming_shows = pointer.find("/definition/") != std::string::npos ||
                                  pointer.find("/verb/display/") != std::string::npos ||
                                  pointer.find("/attachments/") != std::string::npos;
      CHECK((fingerprint(renamed).hash != original) ==
            (!renaming_shows || pointer.starts_with("/result/extensions")));
    });
  }
}

TEST_CASE("order counts in every array but a Group's members") {
  const auto hash = [](std::string text) { return fingerprint(std::move(text)).hash; };
  CHECK(hash(R"({"actor":{"objectType":"Group","member":[{"openid":"a:a"},{"openid":"b:b"}]}})") ==
        hash(R"({"actor":{"objectType":"Group","member":[{"openid":"b:b"},{"openid":"a:a"}]}})"));
  CHECK(hash(R"({"result":{"extensions":{"a:a":{"member":[1,2]}}}})") !=
        hash(R"({"result":{"extensions":{"a:a":{"member":[2,1]}}}})"));
  CHECK(hash(R"({"context":{"contextActivities":{"parent":[{"id":"a:a"},{"id":"b:b"}]}}})") !=
        hash(R"({"context":{"contextActivities":{"parent":[{"id":"b:b"},{"id":"a:a"}]}}})"));
}

TEST_CASE("numbers are the same when their values are, to the last digit") {
  const auto hash = [](std::string number) {
    return fingerprint(R"({"result":{"extensions":{"a:a":)" + std::move(number) + "}}}").hash;
  };
  CHECK(hash("1.10") == hash("1.1"));
  CHECK(hash("100") == hash("1e2"));
  CHECK(hash("0.001") == hash("1E-3"));
  CHECK(hash("-0.0") == hash("0"));
  CHECK(hash("0e9") == hash("0"));
  CHECK(hash("1e400") == hash("10e399"));
  CHECK(hash("123456789012345678901234567890") == hash("1.2345678901234567890123456789e29"));
  CHECK(hash("9007199254740993") != hash("9007199254740992"));
  CHECK(hash("0.1") != hash("0.1000000000000000055511151231257827"));
  CHECK(hash("1") != hash("-1"));
  CHECK(hash("10") != hash("1"));
  CHECK(hash("1") != hash("\"1\""));
  CHECK(hash("1e99999999999999999999") != hash("1e99999999999999999998"));
}

TEST_CASE("of a duration, only what is beyond hundredths of a second does not count") {
  const auto hash = [](std::string text) {
    return fingerprint(R"({"result":{"duration":")" + std::move(text) + "\"}}").hash;
  };
  CHECK(hash("PT1.239S") == hash("PT1.23S"));
  CHECK(hash("PT1.001S") == hash("PT1S"));
  CHECK(hash("PT1.1S") == hash("PT1.109S"));
  CHECK(hash("PT1.23S") != hash("PT1.24S"));
  CHECK(hash("PT0.01S") != hash("PT0S"));
  CHECK(hash("PT60S") != hash("PT1M"));
  CHECK(hash("PT1.239H") != hash("PT1.23H"));
  CHECK(hash("PT.S") != hash("PTS.S"));
}

TEST_CASE("parts of one text do not run into each other") {
  CHECK(!same(R"({"actor":{"name":"ab","mbox":"c"}})", R"({"actor":{"name":"a","mbox":"bc"}})"));
  CHECK(!same(R"({"result":{"extensions":{"a":[[1],2]}}})",
              R"({"result":{"extensions":{"a":[[1,2]]}}})"));
  CHECK(!same(R"({"result":{"extensions":{"a":{},"b":1}}})",
              R"({"result":{"extensions":{"a":{"b":1}}}})"));
}

TEST_CASE("the letter case of a mailbox counts before the @ only") {
  CHECK(same(R"({"actor":{"mbox":"mailto:a@X.y"}})", R"({"actor":{"mbox":"mailto:a@x.Y"}})"));
  CHECK(!same(R"({"actor":{"mbox":"mailto:A@x.y"}})", R"({"actor":{"mbox":"mailto:a@x.y"}})"));
}

TEST_CASE("a timestamp counts where both have one, to the millisecond") {
  const std::string one = R"({"timestamp":"2026-01-02T03:04:05.678Z"})";
  CHECK(same(one, R"({"timestamp":"2026-01-02T04:04:05.678999+01:00"})"));
  CHECK(!same(one, R"({"timestamp":"2026-01-02T03:04:05.677999Z"})"));
  CHECK(same(one, "{}"));
  const auto document = read(one);
  CHECK(fingerprint_of(document->root(), true).timestamp == std::nullopt);
  CHECK(equivalent(fingerprint_of(document->root(), true),
                   fingerprint(R"({"timestamp":"2000-01-01T00:00:00Z"})")));
}

TEST_CASE("a statement has the fingerprint of what it becomes when it is stored") {
  for (const Version version : {Version::v1_0_3, Version::v2_0_0}) {
    for (const std::string_view text : {activity_statement, sub_statement_statement}) {
      const auto document = read(std::string(text));
      for (unsigned seed = 0; seed < 100; ++seed) {
        const auto received = read(Rewriter(seed).statement(document->root()));
        StampedText stored =
            stamp(received->root(), {Uuid::random(), R"({"mbox":"mailto:l@r.s"})", false, version});
        set_stored(stored.json, stored.stored_at, now());
        CAPTURE(stored.json);
        CHECK(fingerprint_of(received->root()) ==
              fingerprint_of(read(stored.json)->root(), stored.timestamp_is_ours));
      }
    }
  }
}

TEST_CASE("a fingerprint's text reads back as itself") {
  const Fingerprint with_time = fingerprint(R"({"timestamp":"1969-12-31T23:59:59.999Z"})");
  CHECK(Fingerprint::parse(with_time.text()) == with_time);
  const Fingerprint without = fingerprint("{}");
  CHECK(without.text().size() == 32);
  CHECK(Fingerprint::parse(without.text()) == without);
  for (const std::string& text :
       {std::string(), without.text().substr(1), without.text() + "@", without.text() + "0",
        without.text() + "@1x", without.text() + "@99999999999999999999",
        "x" + without.text().substr(1)}) {
    CAPTURE(text);
    CHECK(!Fingerprint::parse(text));
  }
}

TEST_CASE("what is no statement has a fingerprint too, of its own") {
  std::set<std::string> seen;
  const std::vector<std::string> texts = {
      "1",
      "[]",
      "{}",
      "\"x\"",
      R"({"actor":1})",
      R"({"actor":[{"member":1}]})",
      R"({"actor":{"member":1,"mbox":2}})",
      R"({"verb":"x","object":[],"context":"y"})",
      R"({"context":{"contextActivities":[1],"contextAgents":{"a":1},"registration":{}}})",
      R"({"result":{"duration":1}})",
      R"({"object":{"objectType":"SubStatement","timestamp":1}})"};
  for (const std::string& text : texts) seen.insert(fingerprint(text).text());
  CHECK(seen.size() == texts.size());
}

}  // namespace lectern::xapi
