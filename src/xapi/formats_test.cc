#include "xapi/formats.h"

#include <map>

#include <doctest/doctest.h>

#include "xapi/equality/fingerprint.h"
#include "xapi/testing/rewrite_test.h"

namespace lectern::xapi {
namespace {

std::string ids(std::string text) { return format_ids(read(std::move(text))->root()); }

std::string canonical(std::string text, const std::vector<std::string>& languages,
                      std::map<std::string, std::string, std::less<>> known = {}) {
  std::vector<LanguageRange> ranges;
  for (const auto& language : languages) ranges.push_back({language, 1000});
  return format_canonical(read(std::move(text))->root(), ranges,
                          [&](std::string_view id) -> std::optional<std::string> {
                            const auto found = known.find(id);
                            if (found == known.end()) return std::nullopt;
                            return found->second;
                          });
}

}  // namespace

TEST_CASE("ids leaves of agents, groups, verbs and activities what identifies them") {
  CHECK(ids(R"({"id":"i","actor":{"name":"Ann","objectType":"Agent","mbox":"mailto:a@b.c"},)"
            R"("verb":{"display":{"en":"did"},"id":"v:v"},)"
            R"("object":{"objectType":"Activity","id":"a:a","definition":{"name":{}}},)"
            R"("result":{"extensions":{"e:e":{"name":"n","id":1,"definition":2}}},)"
            R"("authority":{"account":{"homePage":"h:h","name":"n"},"name":"x"}})") ==
        R"({"id":"i","actor":{"objectType":"Agent","mbox":"mailto:a@b.c"},)"
        R"("verb":{"id":"v:v"},)"
        R"("object":{"id":"a:a"},)"
        R"("result":{"extensions":{"e:e":{"name":"n","id":1,"definition":2}}},)"
        R"("authority":{"account":{"homePage":"h:h","name":"n"}}})");
}

TEST_CASE("ids keeps the members of an anonymous group only, and of them the least") {
  CHECK(
      ids(R"({"actor":{"objectType":"Group","name":"g","member":[{"name":"x","openid":"o:o"},)"
          R"({"objectType":"Agent","mbox_sha1sum":"00","name":"y"}]},)"
          R"("object":{"objectType":"Group","mbox":"mailto:g@x.y","member":[{"openid":"o:o"}]}})") ==
      R"({"actor":{"objectType":"Group","member":[{"openid":"o:o"},)"
      R"({"objectType":"Agent","mbox_sha1sum":"00"}]},)"
      R"("object":{"objectType":"Group","mbox":"mailto:g@x.y"}})");
}

TEST_CASE("ids reaches into contexts and SubStatements and leaves references alone") {
  CHECK(
      ids(R"({"context":{"contextActivities":{"parent":[{"id":"a:1","definition":{}}],)"
          R"("other":{"objectType":"Activity","id":"a:2"}},"instructor":{"name":"i","openid":"o:i"},)"
          R"("team":{"objectType":"Group","openid":"o:t","name":"t"},)"
          R"("statement":{"objectType":"StatementRef","id":"s"},)"
          R"("contextAgents":[{"objectType":"contextAgent","relevantTypes":["t:t"],)"
          R"("agent":{"openid":"o:a","name":"a"}}],)"
          R"("contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group",)"
          R"("name":"x","member":[{"openid":"o:m","name":"m"}]}}]},)"
          R"("object":{"objectType":"SubStatement","actor":{"openid":"o:s","name":"s"},)"
          R"("verb":{"id":"v:s","display":{}},"object":{"id":"a:s","definition":{}}}})") ==
      R"({"context":{"contextActivities":{"parent":[{"id":"a:1"}],)"
      R"("other":{"id":"a:2"}},"instructor":{"openid":"o:i"},)"
      R"("team":{"objectType":"Group","openid":"o:t"},)"
      R"("statement":{"objectType":"StatementRef","id":"s"},)"
      R"("contextAgents":[{"objectType":"contextAgent","relevantTypes":["t:t"],)"
      R"("agent":{"openid":"o:a"}}],)"
      R"("contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group",)"
      R"("member":[{"openid":"o:m"}]}}]},)"
      R"("object":{"objectType":"SubStatement","actor":{"openid":"o:s"},)"
      R"("verb":{"id":"v:s"},"object":{"id":"a:s"}}})");
}

TEST_CASE("canonical cuts each language map to the wanted entry") {
  CHECK(canonical(
            R"({"verb":{"id":"v:v","display":{"en-US":"a","en-GB":"b"}},"object":{"id":"a:a",)"
            R"("definition":{"name":{"de":"c","en-GB":"d","fr":"e"},"description":{"fr":"f"},)"
            R"("choices":[{"id":"1","description":{"de":"g","en":"h"}},{"id":"2"}],)"
            R"("extensions":{"e:e":{"name":{"de":"i","en":"j"}}}}},)"
            R"("attachments":[{"display":{"de":"k","en":"l"}}]})",
            {"en-GB"}) == R"({"verb":{"id":"v:v","display":{"en-GB":"b"}},"object":{"id":"a:a",)"
                          R"("definition":{"name":{"en-GB":"d"},"description":{"fr":"f"},)"
                          R"("choices":[{"id":"1","description":{"en":"h"}},{"id":"2"}],)"
                          R"("extensions":{"e:e":{"name":{"de":"i","en":"j"}}}}},)"
                          R"("attachments":[{"display":{"de":"k","en":"l"}}]})");
}

TEST_CASE("canonical takes the known definition of every activity, cut like the received ones") {
  CHECK(canonical(R"({"object":{"id":"a:1","definition":{"name":{"en":"old"}}},"context":)"
                  R"({"contextActivities":{"parent":[{"id":"a:2"},{"id":"a:3","definition":)"
                  R"({"name":{"en":"x","de":"y"}}}]}}})",
                  {"de"},
                  {{"a:1", R"({"name":{"en":"new","de":"neu"},"type":"t:t"})"},
                   {"a:2", R"({"description":{"en":"d"}})"}}) ==
        R"({"object":{"id":"a:1","definition":{"name":{"de":"neu"},"type":"t:t"}},"context":)"
        R"({"contextActivities":{"parent":[{"id":"a:2","definition":{"description":{"en":"d"}}},)"
        R"({"id":"a:3","definition":{"name":{"de":"y"}}}]}}})");
}

TEST_CASE("canonical leaves agents as they were received, and unreadable definitions out") {
  const std::string text = R"({"actor":{"name":"n","mbox":"mailto:a@b.c"},"object":{"id":"a:1"}})";
  CHECK(canonical(text, {"en"}, {{"a:1", "{"}}) == text);
}

TEST_CASE("canonical reaches into SubStatements") {
  CHECK(canonical(R"({"object":{"objectType":"SubStatement","verb":{"display":{"a":"1","b":"2"}},)"
                  R"("object":{"id":"a:a","definition":{"name":{"a":"1","b":"2"}}}}})",
                  {"b"}) ==
        R"({"object":{"objectType":"SubStatement","verb":{"display":{"b":"2"}},)"
        R"("object":{"id":"a:a","definition":{"name":{"b":"2"}}}}})");
}

TEST_CASE("both formats keep the rest of any statement, and canonical keeps what it is") {
  for (const std::string_view text : {activity_statement, sub_statement_statement}) {
    const auto document = read(std::string(text));
    for (unsigned seed = 0; seed < 200; ++seed) {
      const auto other = read(Rewriter(seed).statement(document->root()));
      CAPTURE(other->text());
      const auto shown = read(format_canonical(other->root(), {{"de", 1000}}, [](std::string_view) {
        return std::optional<std::string>(R"({"name":{"en":"x","de":"y"}})");
      }));
      CHECK(fingerprint_of(shown->root()) == fingerprint_of(other->root()));
      const std::string least = format_ids(other->root());
      CHECK(format_ids(read(least)->root()) == least);
    }
  }
}

TEST_CASE("what is no statement comes back as it is") {
  for (const std::string text :
       {"1", "[]", "{}", R"({"actor":[1],"verb":"x","object":[],"context":"y"})",
        R"({"context":{"contextActivities":[1],"contextAgents":{"a":1},"team":null}})",
        R"({"actor":{"objectType":"Group","member":[[{"x":1}],3]}})"}) {
    CAPTURE(text);
    CHECK(ids(text) == text);
    CHECK(canonical(text, {"en"}) == text);
  }
}

}  // namespace lectern::xapi
