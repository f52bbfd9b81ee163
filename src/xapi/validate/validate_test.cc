#include "xapi/validate/validate.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "xapi/testing/rewrite_test.h"
#include "xapi/testing/rows_test.h"

namespace lectern::xapi {

TEST_CASE("a statement is an object with actor, verb and object") {
  for (const auto version : {Version::v1_0_3, Version::v2_0_0}) {
    for (const auto* text : {"null", "1", "\"x\"", "[]", "true"})
      expect(text, "", "Data 2.4", version);
    expect("{}", "", "Data 2.4", version);
  }
  run({{"actor", "", "", "Data 2.4"},
       {"verb", "", "", "Data 2.4"},
       {"object", "", "", "Data 2.4"},
       {"Context", "{}", "/Context", "Data 2.2"},
       {"Actor", "{}", "/Actor", "Data 2.2"}});
}

TEST_CASE("the path of a fault goes from the root of the document") {
  const auto document = read("[" + object_of(plain) + R"(,{"actor":{"name":1}}])");
  auto statements = document->root().children();
  CHECK(validate_statement(*statements.begin(), Version::v1_0_3));
  const auto second = *++statements.begin();
  const auto result = validate_statement(second, Version::v1_0_3);
  REQUIRE_FALSE(result);
  CHECK(result.error().path == "/1");
}

TEST_CASE("a message names the property and says what it should be") {
  const auto message = [](std::string_view key, std::string_view value) {
    Properties properties = plain;
    properties[std::string(key)] = value;
    const auto document = read(object_of(properties));
    const auto result = validate_statement(document->root(), Version::v1_0_3);
    REQUIRE_FALSE(result);
    return result.error().message;
  };
  CHECK(message("id", "\"x\"") == "\"id\" must be a UUID, not \"x\"");
  CHECK(message("id", "5") == "\"id\" must be a string, not a number");
  CHECK(message("id", "null") == "\"id\" must not be null: leave it out instead");
  CHECK(message("Id", "5") == "\"Id\" must be written \"id\"");
  CHECK(message("note", "5") == "\"note\" is not a property of a statement");
  CHECK(message("verb", "{}") == "\"id\" is missing");
  CHECK(message("attachments", "[5]") == "element 0 must be an object, not a number");
  // However long a text is, and cut between two characters.
  const std::string letters(59, 'x');
  CHECK(message("id", json::quoted(letters + "\xC3\xA9" + letters)) ==
        "\"id\" must be a UUID, not \"" + letters + "...\"");
  CHECK(message(letters + letters, "5").size() < 120);
}

TEST_CASE("an id is a UUID") {
  constexpr std::string_view rule = "Data 2.4.1";
  run({{"id", R"("9dc99b37-e920-4a68-a066-917faca28949")"},
       {"id", R"("9DC99B37-E920-4A68-A066-917FACA28949")"},
       {"id", R"("00000000-0000-0000-0000-000000000000")"},
       {"id", R"("9dc99b37-e920-4a68-a066-917faca289490")", "/id", rule},
       {"id", R"("9dc99b37-e920-4a68-a066-917faca2894g")", "/id", rule},
       {"id", R"("9dc99b37e9204a68a066917faca28949")", "/id", rule},
       {"id", R"("{9dc99b37-e920-4a68-a066-917faca28949}")", "/id", rule},
       {"id", "1", "/id", rule},
       {"id", "{}", "/id", rule},
       {"id", "null", "/id", "Data 2.2"}});
}

TEST_CASE("a SubStatement is a statement without what identifies one, and not of another") {
  const std::string begin = R"({"objectType":"SubStatement","actor":{"mbox":"mailto:a@b.c"},)"
                            R"("verb":{"id":"a:b"},"object":)";
  const std::string good = begin + R"({"id":"a:b"})";
  constexpr std::string_view rule = "Data 2.4.4.3";
  const std::string id = good + R"(,"id":"9dc99b37-e920-4a68-a066-917faca28949"})";
  const std::string stored = good + R"(,"stored":"2026-01-01T00:00:00Z"})";
  const std::string version = good + R"(,"version":"1.0.0"})";
  const std::string authority = good + R"(,"authority":{"mbox":"mailto:a@b.c"}})";
  const std::string unknown = good + R"(,"extra":1})";
  const std::string nested = begin + good + "}}";
  run({{"object", good + "}"},
       {"object", id, "/object/id", rule},
       {"object", stored, "/object/stored", rule},
       {"object", version, "/object/version", rule},
       {"object", authority, "/object/authority", rule},
       {"object", unknown, "/object/extra", rule},
       {"object", nested, "/object/object/objectType", rule},
       {"object", R"({"objectType":"SubStatement"})", "/object", "Data 2.4"},
       {"object", R"({"objectType":"subStatement"})", "/object/objectType", "Data 2.4.4"}});
}

TEST_CASE("a timestamp is an ISO 8601 date and time") {
  constexpr std::string_view rule = "Data 4.5";
  run({{"timestamp", R"("2026-01-02T03:04:05Z")"},
       {"timestamp", R"("2026-01-02T03:04:05.123456789+05:30")"},
       {"timestamp", R"("2008-09-15T15:53:00.601+00:00")"},
       {"timestamp", R"("2099-01-01T00:00:00Z")"},
       {"timestamp", R"("2008-09-15T15:53:00.601-00")", "/timestamp", rule},
       {"timestamp", R"("2008-09-15T15:53:00.601-0000")", "/timestamp", rule},
       {"timestamp", R"("2008-09-15T15:53:00.601-00:00")", "/timestamp", rule},
       {"timestamp", R"("01/011/2015")", "/timestamp", rule},
       {"timestamp", R"("2026-02-30T00:00:00Z")", "/timestamp", rule},
       {"timestamp", R"("should fail")", "/timestamp", rule},
       {"timestamp", "1700000000", "/timestamp", rule},
       {"stored", R"("2026-01-02T03:04:05Z")"},
       {"stored", R"("yesterday")", "/stored", "Data 2.4.8"},
       {"stored", "{}", "/stored", "Data 2.4.8"}});
}

TEST_CASE("a statement's version is not newer than the request's") {
  constexpr std::string_view rule = "Data 2.4.10";
  run({{"version", R"("1.0")"},
       {"version", R"("1.0.0")"},
       {"version", R"("1.0.9")"},
       {"version", R"("0.9.9")", "/version", rule},
       {"version", R"("1.1.0")", "/version", rule},
       {"version", R"("2.1.0")", "/version", rule},
       {"version", R"("text")", "/version", rule},
       {"version", "1.0", "/version", rule}});
  run({{"version", R"("2.0.0")", "/version", rule}, {"version", R"("2.0")", "/version", rule}},
      {Version::v1_0_3});
  run({{"version", R"("2.0.0")"}, {"version", R"("2.0")"}, {"version", R"("2.0.5")"}},
      {Version::v2_0_0});
}

TEST_CASE("a voiding statement has a StatementRef as object") {
  constexpr std::string_view rule = "Data 2.3.2";
  Properties voiding = plain;
  voiding["verb"] = R"({"id":"http://adlnet.gov/expapi/verbs/voided"})";
  run({{"object", R"({"objectType":"StatementRef","id":"9dc99b37-e920-4a68-a066-917faca28949"})"},
       {"object", R"({"id":"a:b"})", "/object", rule},
       {"object", R"({"objectType":"Activity","id":"a:b"})", "/object", rule},
       {"object", R"({"objectType":"Agent","openid":"a:b"})", "/object", rule},
       {"object",
        R"({"objectType":"SubStatement","actor":{"openid":"a:b"},"verb":{"id":"a:b"},"object":{"id":"a:b"}})",
        "/object", rule}},
      {Version::v1_0_3, Version::v2_0_0}, voiding);
}

TEST_CASE("what else is wrong with a refused statement is told, a fault for each property") {
  const auto faults_of = [](std::string_view text) {
    const auto document = json::parse(std::string(text));
    REQUIRE(document);
    const auto statement = (*document)->root();
    const auto refused = validate_statement(statement, Version::v1_0_3);
    REQUIRE_FALSE(refused);
    std::vector<std::string> paths{refused.error().path};
    for (const auto& fault : further_faults(statement, Version::v1_0_3, refused.error()))
      paths.push_back(fault.path);
    return paths;
  };
  using Paths = std::vector<std::string>;
  const std::string rest = R"("object":{"id":"a:b"})";
  CHECK(faults_of(R"({"actor":{"mbox":"x"},"verb":{"id":"y"},)" + rest +
                  R"(,"result":{"score":{"scaled":2}},"timestamp":"z"})") ==
        Paths{"/actor/mbox", "/verb/id", "/result/score/scaled", "/timestamp"});
  CHECK(faults_of(R"({"actor":{"openid":"a:b"},"verb":{"id":"y","display":1},)" + rest + "}") ==
        Paths{"/verb/id"});
  CHECK(faults_of(R"({"verb":{"id":"y"},)" + rest + "}") == Paths{"", "/verb/id"});
  CHECK(faults_of(R"({"actor":1,"verb":1,"object":1,"more":1})").size() == 1);
  CHECK(faults_of("1").size() == 1);
}

}  // namespace lectern::xapi
