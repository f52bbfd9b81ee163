#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "xapi/testing/rows_test.h"

namespace lectern::xapi {

TEST_CASE("a verb has an IRI and a language map") {
  constexpr std::string_view rule = "Data 2.4.3";
  run({{"verb", R"({"id":"act:did"})"},
       {"verb", R"({"id":"act:did","display":{}})"},
       {"verb", R"({"id":"act:did","display":{"zh-Hans-CN":"\u4e86","en":""}})"},
       {"verb", "{}", "/verb", rule},
       {"verb", R"({"display":{"en":"did"}})", "/verb", rule},
       {"verb", R"("did")", "/verb", rule},
       {"verb", R"({"id":"did"})", "/verb/id", rule},
       {"verb", R"({"id":"ab=c://should.fail.com"})", "/verb/id", rule},
       {"verb", R"({"id":1})", "/verb/id", rule},
       {"verb", R"({"id":"act:did","display":"did"})", "/verb/display", rule},
       {"verb", R"({"id":"act:did","display":["did"]})", "/verb/display", rule},
       {"verb", R"({"id":"act:did","display":{"a12345678":"x"}})", "/verb/display/a12345678",
        "Data 4.2"},
       {"verb", R"({"id":"act:did","display":{"en_US":"x"}})", "/verb/display/en_US", "Data 4.2"},
       {"verb", R"({"id":"act:did","display":{"en":1}})", "/verb/display/en", "Data 4.2"},
       {"verb", R"({"id":"act:did","display":{"en":null}})", "/verb/display/en", "Data 2.2"},
       {"verb", R"({"id":"act:did","name":"did"})", "/verb/name", rule}});
}

TEST_CASE("an object is an Activity unless it says otherwise") {
  constexpr std::string_view rule = "Data 2.4.4.1";
  run({{"object", R"({"id":"act:it"})"},
       {"object", R"({"objectType":"Activity","id":"act:it","definition":{}})"},
       {"object", R"({"objectType":"activity","id":"act:it"})", "/object/objectType", "Data 2.4.4"},
       {"object", R"({"objectType":"Person","id":"act:it"})", "/object/objectType", "Data 2.4.4"},
       {"object", R"({"objectType":["Activity"],"id":"act:it"})", "/object/objectType",
        "Data 2.4.4"},
       {"object", R"({"objectType":"Activity"})", "/object", rule},
       {"object", "{}", "/object", rule},
       {"object", R"("act:it")", "/object", "Data 2.4.4"},
       {"object", "[]", "/object", "Data 2.4.4"},
       {"object", R"({"id":"it"})", "/object/id", rule},
       {"object", R"({"id":"ab=c://should.fail.com"})", "/object/id", rule},
       {"object", R"({"id":"act:it","name":"It"})", "/object/name", rule},
       {"object", R"({"id":"act:it","definition":"It"})", "/object/definition", rule},
       {"object", R"({"mbox":"mailto:a@b.c"})", "/object", "Data 2.4.4"},
       {"object", R"({"member":[{"mbox":"mailto:a@b.c"}]})", "/object", "Data 2.4.4"},
       {"object", R"({"objectType":"Agent","mbox":"mailto:a@b.c"})"},
       {"object", R"({"objectType":"Group","mbox":"mailto:a@b.c"})"},
       {"object", R"({"objectType":"Agent"})", "/object", "Data 2.4.2.3"},
       {"object", R"({"objectType":"Group","member":[]})", "/object/member", "Data 2.4.2.2"}});
}

TEST_CASE("a definition holds what describes an Activity") {
  constexpr std::string_view rule = "Data 2.4.4.1";
  const auto row = [](std::string_view path, std::string_view rule_broken,
                      const std::string& definition) {
    return Row{"object", R"({"id":"act:it","definition":)" + definition + "}", std::string(path),
               rule_broken};
  };
  run({row("", "", R"({"name":{},"description":{},"type":"a:t","moreInfo":"a:m"})"),
       row("", "", R"({"extensions":{"a:x":null,"a:y":{"b":[null]},"a:z":""}})"),
       row("/object/definition/name", rule, R"({"name":"It"})"),
       row("/object/definition/name/something", "Data 4.2", R"({"name":{"something":"x"}})"),
       row("/object/definition/description/en", "Data 4.2", R"({"description":{"en":{}}})"),
       row("/object/definition/type", rule, R"({"type":"t"})"),
       row("/object/definition/moreInfo", rule, R"({"moreInfo":"here"})"),
       row("/object/definition/extensions", "Data 4.1", R"({"extensions":[]})"),
       row("/object/definition/extensions/x", "Data 4.1", R"({"extensions":{"x":1}})"),
       row("/object/definition/extensions", "Data 2.2", R"({"extensions":null})"),
       row("/object/definition/Type", "Data 2.2", R"({"Type":"a:t"})"),
       row("/object/definition/title", rule, R"({"title":"x"})")});
  for (const auto* type : {"true-false", "choice", "fill-in", "long-fill-in", "matching",
                           "performance", "sequencing", "likert", "numeric", "other"})
    run({row("", "",
             R"({"interactionType":")" + std::string(type) +
                 R"(","correctResponsesPattern":["","x[,]y"]})")});
  for (const auto* list : {"choices", "scale", "source", "target", "steps"}) {
    const std::string begin = "{\"" + std::string(list) + "\":";
    const std::string type = R"(,"interactionType":"other"})";
    const std::string at = "/object/definition/" + std::string(list);
    run({row("", "", begin + "[]" + type),
         row("", "", begin + R"([{"id":"a"},{"id":"b","description":{"en":"B"}}])" + type),
         row("/object/definition", rule, begin + R"([{"id":"a"}]})"),
         row(at, rule, begin + R"({"id":"a"})" + type),
         row(at + "/0", rule, begin + R"(["a"])" + type),
         row(at + "/0", rule, begin + "[{}]" + type),
         row(at + "/0/id", rule, begin + R"([{"id":1}])" + type),
         row(at + "/0/id", rule, begin + R"([{"id":""}])" + type),
         row(at + "/1/id", rule, begin + R"([{"id":"a"},{"id":"a"}])" + type),
         row(at + "/0/description", rule, begin + R"([{"id":"a","description":"A"}])" + type),
         row(at + "/0/description/something", "Data 4.2",
             begin + R"([{"id":"a","description":{"something":"A"}}])" + type),
         row(at + "/0/name", rule, begin + R"([{"id":"a","name":"A"}])" + type)});
  }
  run({row("/object/definition/interactionType", rule, R"({"interactionType":"Choice"})"),
       row("/object/definition/interactionType", rule, R"({"interactionType":"guess"})"),
       row("/object/definition/interactionType", rule, R"({"interactionType":1})"),
       row("/object/definition", rule, R"({"correctResponsesPattern":["a"]})"),
       row("/object/definition/correctResponsesPattern", rule,
           R"({"interactionType":"choice","correctResponsesPattern":"a"})"),
       row("/object/definition/correctResponsesPattern/1", rule,
           R"({"interactionType":"choice","correctResponsesPattern":["a",1]})")});
}

TEST_CASE("ids of a long list of components are distinct too") {
  const auto statement = [](int count, int last) {
    std::string list;
    for (int i = 0; i < count; ++i) list += R"({"id":")" + std::to_string(i) + R"("},)";
    list += R"({"id":")" + std::to_string(last) + R"("})";
    Properties properties = plain;
    properties["object"] =
        R"({"id":"a:b","definition":{"interactionType":"choice","choices":[)" + list + "]}}";
    return object_of(properties);
  };
  for (const int count : {11, 12, 13, 100}) {
    expect(statement(count, count), "", "", Version::v1_0_3);
    expect(statement(count, 5), "/object/definition/choices/" + std::to_string(count) + "/id",
           "Data 2.4.4.1", Version::v1_0_3);
  }
}

TEST_CASE("a StatementRef has an id and nothing else") {
  constexpr std::string_view rule = "Data 2.4.4.3";
  run({{"object", R"({"objectType":"StatementRef","id":"9dc99b37-e920-4a68-a066-917faca28949"})"},
       {"object", R"({"objectType":"StatementRef"})", "/object", rule},
       {"object", R"({"objectType":"StatementRef","id":"act:it"})", "/object/id", rule},
       {"object", R"({"objectType":"StatementRef","id":1})", "/object/id", rule},
       {"object", R"({"objectType":"StatementRef","definition":{}})", "/object/definition", rule},
       {"object", R"({"objectType":"statementRef","id":"9dc99b37-e920-4a68-a066-917faca28949"})",
        "/object/objectType", "Data 2.4.4"}});
}

}  // namespace lectern::xapi
