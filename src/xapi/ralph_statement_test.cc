#include "xapi/ralph_statement.h"

#include <string>

#include <doctest/doctest.h>

namespace lectern::xapi {
namespace {

bool takes(const std::string& actor, const std::string& more = "") {
  const auto document = json::parse(R"({"actor":)" + actor +
                                    R"(,"verb":{"id":"v"},"object":{"id":"o"})" + more + "}");
  REQUIRE(document);
  return ralph_takes((*document)->root());
}

constexpr const char* ann = R"({"mbox":"mailto:ann@example.org"})";

}  // namespace

TEST_CASE("Ralph's actors have exactly one identifier and nothing unknown") {
  CHECK(takes(ann));
  CHECK(takes(R"({"objectType":"Agent","name":null,"openid":"any text"})"));
  CHECK(takes(R"({"account":{"homePage":"http://a.org","name":"x"}})"));
  CHECK(takes(R"({"mbox":"mailto:root@localhost"})"));
  CHECK(takes(R"({"mbox_sha1sum":"0123456789abcdef0123456789abcdef01234567"})"));
  for (const char* actor :
       {R"({})", R"([])", R"("ann")", R"({"name":"Ann"})", R"({"mbox":"ann@example.org"})",
        R"({"mbox":"mailto:ann"})", R"({"mbox":"mailto:a@b.org","openid":"x"})",
        R"({"mbox":"mailto:a@b.org","age":3})", R"({"mbox":"mailto:a@b.org","name":""})",
        R"({"mbox":"mailto:a@b.org","member":[]})", R"({"openid":""})",
        R"({"mbox":"mailto:a@b.org","objectType":"Person"})",
        R"({"account":{"homePage":"a","name":"x"}})", R"({"account":{"homePage":"http://a.org"}})",
        R"({"account":{"homePage":"http://a.org","name":"x","y":1}})",
        R"({"mbox_sha1sum":"0123456789ABCDEF0123456789abcdef01234567"})"})
    CHECK_FALSE_MESSAGE(takes(actor), actor);
}

TEST_CASE("Ralph's groups have members or an identifier, and no groups in them") {
  const std::string group = R"({"objectType":"Group")";
  CHECK(takes(group + R"(,"member":[]})"));
  CHECK(takes(group + R"(,"member":[)" + ann + "]}"));
  CHECK(takes(group + R"(,"mbox":"mailto:g@example.org","member":null})"));
  CHECK_FALSE(takes(group + "}"));
  CHECK_FALSE(takes(group + R"(,"member":[{}]})"));
  CHECK_FALSE(takes(group + R"(,"member":[{"objectType":"Group","member":[]}]})"));
}

TEST_CASE("beside actor, verb and object anything goes, but for ids and instants") {
  CHECK(takes(ann, R"(,"result":{"score":{"scaled":7}},"context":3,"version":"x","other":null)"));
  CHECK(takes(ann, R"(,"id":null)"));
  CHECK_FALSE(takes(ann, R"(,"id":"x")"));
  CHECK_FALSE(takes(ann, R"(,"timestamp":"soon")"));
  CHECK_FALSE(takes(ann, R"(,"timestamp":5)"));
}

TEST_CASE("instants are read as senders to Ralph write them") {
  CHECK(ralph_time("2023-08-03") == parse_time("2023-08-03T00:00:00Z"));
  CHECK(ralph_time("2023-08-03T06:32:00-00:00") == parse_time("2023-08-03T06:32:00Z"));
  CHECK(ralph_time("2023-08-03T06:32:00.5+02:00") == parse_time("2023-08-03T04:32:00.5Z"));
  CHECK_FALSE(ralph_time("2023-08-3"));
  CHECK_FALSE(ralph_time("2023-13-03"));
  CHECK_FALSE(ralph_time("-00:00"));
  CHECK_FALSE(ralph_time(""));
}

}  // namespace lectern::xapi
