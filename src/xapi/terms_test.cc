#include "xapi/terms.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "xapi/testing/rewrite_test.h"

namespace lectern::xapi {
namespace {

Terms terms_in(std::string text) { return terms_of(read(std::move(text))->root()); }

bool has(const Terms& terms, const Term& one) { return match(terms, {one}); }
bool has(const Terms& terms, std::string_view text) {
  return has(terms, Term::parse(text).value());
}

std::vector<std::string> texts_of(const Terms& terms) {
  std::vector<std::string> texts;
  for (const Term& term : terms) texts.push_back(term.text());
  return texts;
}

constexpr std::string_view registration = "6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11";

}  // namespace

TEST_CASE("a simple statement has the terms of its actor, verb and object") {
  CHECK(texts_of(terms_in(
            R"({"actor":{"mbox":"mailto:Ann@Example.ORG"},"verb":{"id":"http://v/did"},
                     "object":{"id":"http://a/1"}})")) ==
        std::vector<std::string>{"activity:http://a/1", "activity~:http://a/1",
                                 "agent:mbox:mailto:Ann@example.org",
                                 "agent~:mbox:mailto:Ann@example.org", "verb:http://v/did"});
}

TEST_CASE("each kind of identifier has its own form, and an anonymous group has none") {
  const auto ifi = [](std::string text) { return ifi_of(read(std::move(text))->root()); };
  CHECK(ifi(R"({"mbox":"mailto:A.B@EXAMPLE.com","name":"x"})") == "mbox:mailto:A.B@example.com");
  CHECK(ifi(R"({"mbox_sha1sum":"EBD31E95054C018B10727CCFFD2EF2EC3A016EE9"})") ==
        "sha1:ebd31e95054c018b10727ccffd2ef2ec3a016ee9");
  CHECK(ifi(R"({"openid":"http://Ann.example/"})") == "openid:http://Ann.example/");
  CHECK(ifi(R"({"account":{"name":"a b","homePage":"http://H/"}})") == "account:http://H/ a b");
  CHECK(ifi(R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]})") == std::nullopt);
  CHECK(ifi(R"({"mbox":1})") == std::nullopt);
  CHECK(ifi(R"(["mbox"])") == std::nullopt);
}

TEST_CASE("a group is found by its identifier and by its members'") {
  const Terms terms = terms_in(
      R"({"actor":{"objectType":"Group","openid":"http://g/","member":[{"mbox":"mailto:a@b.c"},
          {"account":{"homePage":"http://h","name":"n"}}]},
          "object":{"objectType":"Group","member":[{"openid":"http://o/"}]}})");
  for (const char* ifi :
       {"openid:http://g/", "mbox:mailto:a@b.c", "account:http://h n", "openid:http://o/"}) {
    CAPTURE(ifi);
    CHECK(has(terms, agent_term(ifi, false)));
    CHECK(has(terms, agent_term(ifi, true)));
  }
}

TEST_CASE("related terms are taken from context, authority and SubStatement, plain ones are not") {
  const Terms terms = terms_in(R"({
    "actor":{"mbox":"mailto:actor@x.y"},
    "verb":{"id":"http://v/outer"},
    "object":{"objectType":"SubStatement",
      "actor":{"mbox":"mailto:sub-actor@x.y"},
      "verb":{"id":"http://v/inner"},
      "object":{"objectType":"Agent","mbox":"mailto:sub-object@x.y"},
      "context":{"registration":"00000000-0000-4000-8000-000000000000",
        "instructor":{"mbox":"mailto:sub-instructor@x.y"},
        "contextActivities":{"parent":{"id":"http://a/sub-parent"}},
        "contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:sub-ca@x.y"}}]}},
    "context":{"registration":"6F1E0C5E-1D3B-4C8E-9A51-9C1B3A1F0D11",
      "instructor":{"objectType":"Group","member":[{"mbox":"mailto:teacher@x.y"}]},
      "team":{"objectType":"Group","mbox":"mailto:team@x.y","member":[{"mbox":"mailto:m@x.y"}]},
      "statement":{"objectType":"StatementRef","id":"11111111-1111-4111-8111-111111111111"},
      "contextActivities":{"parent":[{"id":"http://a/p"}],"grouping":[{"id":"http://a/g1"},
        {"id":"http://a/g2"}],"category":{"id":"http://a/c"},"other":[{"id":"http://a/o"}]},
      "contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:ca@x.y"}}],
      "contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group",
        "member":[{"mbox":"mailto:cg@x.y"}]}}]},
    "authority":{"account":{"homePage":"http://lrs","name":"key"}}})");
  for (const char* name : {"sub-actor", "sub-object", "sub-instructor", "sub-ca", "teacher", "team",
                           "m", "ca", "cg"}) {
    CAPTURE(name);
    const std::string ifi = std::string("mbox:mailto:") + name + "@x.y";
    CHECK(has(terms, agent_term(ifi, true)));
    CHECK(!has(terms, agent_term(ifi, false)));
  }
  CHECK(has(terms, "agent~:account:http://lrs key"));
  CHECK(!has(terms, "agent:account:http://lrs key"));
  CHECK(has(terms, "authority:account:http://lrs key"));
  CHECK(has(terms, "agent:mbox:mailto:actor@x.y"));
  for (const char* id : {"sub-parent", "p", "g1", "g2", "c", "o"}) {
    CAPTURE(id);
    CHECK(has(terms, activity_term(std::string("http://a/") + id, true)));
    CHECK(!has(terms, activity_term(std::string("http://a/") + id, false)));
  }
  CHECK(has(terms, "verb:http://v/outer"));
  CHECK(!has(terms, "verb:http://v/inner"));
  CHECK(has(terms, "registration:" + std::string(registration)));
  CHECK(!has(terms, "registration:00000000-0000-4000-8000-000000000000"));
  CHECK(std::is_sorted(terms.begin(), terms.end()));
  CHECK(std::adjacent_find(terms.begin(), terms.end()) == terms.end());
}

TEST_CASE("the activity of a SubStatement is a related one") {
  const Terms terms = terms_in(R"({"object":{"objectType":"SubStatement","object":{"id":"http://a"},
      "actor":{"mbox":"mailto:a@b.c"}}})");
  CHECK(has(terms, "activity~:http://a"));
  CHECK(!has(terms, "activity:http://a"));
}

TEST_CASE("each member of a group that is the authority can ask for its own statements") {
  const Terms terms = terms_in(R"({"authority":{"objectType":"Group","member":[
      {"account":{"homePage":"http://lrs","name":"consumer"}},{"mbox":"mailto:user@x.y"}]}})");
  CHECK(has(terms, "authority:account:http://lrs consumer"));
  CHECK(has(terms, "authority:mbox:mailto:user@x.y"));
}

TEST_CASE("a long value becomes a hash, on both sides of a query") {
  const std::string longest = "http://a/" + std::string(503, 'x');
  CHECK(verb_term(longest).text() == "verb:" + longest);
  const std::string longer = longest + "x";
  const Term one = activity_term(longer, false);
  CHECK(one.value.starts_with("#"));
  CHECK(one.value.size() == 1 + 64);
  CHECK(has(terms_in("{\"object\":{\"id\":\"" + longer + "\"}}"), one));
  CHECK(one != activity_term(longer + "y", false));
}

TEST_CASE("a filter matches when each of its terms is there, whatever their order") {
  const Term a = verb_term("a"), b = verb_term("b"), c = verb_term("c"), d = verb_term("d");
  CHECK(match({a, b, c}, {}));
  CHECK(match({a, b, c}, {c, a}));
  CHECK(!match({a, b, c}, {c, d}));
}

TEST_CASE("a reference is seen, and its authority is not passed on") {
  const auto document = read(R"({"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},
      "object":{"objectType":"StatementRef","id":"6F1E0C5E-1D3B-4C8E-9A51-9C1B3A1F0D11"},
      "authority":{"mbox":"mailto:x@y.z"}})");
  const Uuid target = *Uuid::parse(registration);
  CHECK(reference_of(document->root()) == target);
  CHECK(is_voiding(document->root()));
  const Terms terms = terms_of(document->root());
  CHECK(texts_of(inheritable(terms)) ==
        std::vector<std::string>{"agent~:mbox:mailto:x@y.z",
                                 "verb:http://adlnet.gov/expapi/verbs/voided"});
}

TEST_CASE("only the verb voided on a StatementRef voids") {
  CHECK(!is_voiding(read(R"({"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},
                             "object":{"id":"http://a"}})")
                        ->root()));
  CHECK(!is_voiding(read(R"({"verb":{"id":"http://adlnet.gov/expapi/verbs/Voided"},
      "object":{"objectType":"StatementRef","id":"6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11"}})")
                        ->root()));
}

TEST_CASE("a term is read from its text as it was written, and sorts as its text does") {
  const std::vector<std::string> texts = {"activity:http://a:1",
                                          "activity:http://b",
                                          "activity~:",
                                          "agent:mbox:mailto:a@b.c",
                                          "agent~:account:http://h n",
                                          "authority:openid:http://o/",
                                          "inherits:more",
                                          "registration:6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11",
                                          "verb:#"};
  CHECK(std::is_sorted(texts.begin(), texts.end()));
  Terms terms;
  for (const auto& text : texts) terms.push_back(Term::parse(text).value());
  CHECK(std::is_sorted(terms.begin(), terms.end()));
  CHECK(texts_of(terms) == texts);
  for (const std::string text :
       {"", "verb", "Verb:x", " verb:x", "activity~", "ref:6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11"}) {
    CAPTURE(text);
    CHECK(!Term::parse(text));
  }
}

TEST_CASE("fewer statements share a registration than an agent, an activity or a verb") {
  const auto rank = selectivity_rank;
  CHECK(rank(TermKind::registration) < rank(TermKind::agent));
  CHECK(rank(TermKind::agent) < rank(TermKind::related_agent));
  CHECK(rank(TermKind::related_agent) < rank(TermKind::activity));
  CHECK(rank(TermKind::activity) < rank(TermKind::related_activity));
  CHECK(rank(TermKind::related_activity) < rank(TermKind::verb));
  CHECK(rank(TermKind::verb) < rank(TermKind::authority));
}

TEST_CASE("what is no statement has no terms") {
  for (const std::string text :
       {"1", "[]", "{}", R"({"actor":1,"verb":"x","object":[],"context":"y","authority":null})",
        R"({"context":{"contextActivities":[1],"contextAgents":{"a":1},"team":[{}]}})"}) {
    CAPTURE(text);
    CHECK(terms_in(text).empty());
  }
}

}  // namespace lectern::xapi
