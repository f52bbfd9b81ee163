#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "xapi/testing/rows_test.h"

namespace lectern::xapi {

TEST_CASE("a context holds where and with whom") {
  constexpr std::string_view rule = "Data 2.4.6";
  run({{"context", "{}"},
       {"context", R"({"registration":"9dc99b37-e920-4a68-a066-917faca28949"})"},
       {"context", R"({"registration":"x"})", "/context/registration", rule},
       {"context", R"({"registration":1})", "/context/registration", rule},
       {"context", R"({"instructor":{"mbox":"mailto:a@b.c"}})"},
       {"context", R"({"instructor":{"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]}})"},
       {"context", R"({"instructor":{"objectType":"Group","member":[]}})",
        "/context/instructor/member", "Data 2.4.2.2"},
       {"context", R"({"instructor":{}})", "/context/instructor", "Data 2.4.2.3"},
       {"context", R"({"team":{"objectType":"Group","mbox":"mailto:a@b.c"}})"},
       {"context", R"({"team":{"mbox":"mailto:a@b.c"}})", "/context/team", "Data 2.4.2"},
       {"context", R"({"team":{"objectType":"Agent","mbox":"mailto:a@b.c"}})",
        "/context/team/objectType", "Data 2.4.2"},
       {"context", R"({"language":"tlh"})"},
       {"context", R"({"language":"something"})", "/context/language", rule},
       {"context", R"({"language":1})", "/context/language", rule},
       {"context", R"({"extensions":{"a:x":{"y":null}}})"},
       {"context", R"({"extensions":{"x":1}})", "/context/extensions/x", "Data 4.1"},
       {"context",
        R"({"statement":{"objectType":"StatementRef","id":"9dc99b37-e920-4a68-a066-917faca28949"}})"},
       {"context", R"({"statement":{"id":"9dc99b37-e920-4a68-a066-917faca28949"}})",
        "/context/statement", "Data 2.4.4.3"},
       {"context",
        R"({"statement":{"objectType":"Activity","id":"9dc99b37-e920-4a68-a066-917faca28949"}})",
        "/context/statement/objectType", "Data 2.4.4.3"},
       {"context", R"("here")", "/context", rule},
       {"context", R"({"place":"here"})", "/context/place", rule}});
}

TEST_CASE("contextActivities holds Activities, alone or in arrays") {
  constexpr std::string_view rule = "Data 2.4.6.2";
  run({{"context", R"({"contextActivities":{}})"},
       {"context", R"({"contextActivities":{"parent":{"id":"a:b"},"other":[]}})"},
       {"context", R"({"contextActivities":{"grouping":[{"id":"a:b"},{"id":"a:b"}]}})"},
       {"context", R"({"contextActivities":{"category":[{"id":"a:b","objectType":"Activity"}]}})"},
       {"context", R"({"contextActivities":[]})", "/context/contextActivities", rule},
       {"context", R"({"contextActivities":{"sibling":[]}})", "/context/contextActivities/sibling",
        rule},
       {"context", R"({"contextActivities":{"parent":"a:b"}})", "/context/contextActivities/parent",
        rule},
       {"context", R"({"contextActivities":{"parent":null}})", "/context/contextActivities/parent",
        "Data 2.2"},
       {"context", R"({"contextActivities":{"parent":[null]}})",
        "/context/contextActivities/parent/0", "Data 2.2"},
       {"context", R"({"contextActivities":{"parent":["a:b"]}})",
        "/context/contextActivities/parent/0", "Data 2.4.4.1"},
       {"context", R"({"contextActivities":{"other":{"objectType":"Agent","id":"a:b"}}})",
        "/context/contextActivities/other/objectType", "Data 2.4.4.1"},
       {"context", R"({"contextActivities":{"other":[{"objectType":"StatementRef","id":"a:b"}]}})",
        "/context/contextActivities/other/0/objectType", "Data 2.4.4.1"},
       {"context", R"({"contextActivities":{"other":[{"id":"b"}]}})",
        "/context/contextActivities/other/0/id", "Data 2.4.4.1"}});
}

TEST_CASE("revision and platform are of Activities") {
  constexpr std::string_view rule = "Data 2.4.6";
  const std::vector<Version> both = {Version::v1_0_3, Version::v2_0_0};
  run({{"context", R"({"revision":"1","platform":"web"})"},
       {"context", R"({"revision":1})", "/context/revision", rule},
       {"context", R"({"platform":["web"]})", "/context/platform", rule}});
  Properties typed = plain;
  typed["object"] = R"({"objectType":"Activity","id":"a:b"})";
  run({{"context", R"({"revision":"1","platform":"web"})"}}, both, typed);
  for (const auto* object :
       {R"({"objectType":"Agent","mbox":"mailto:a@b.c"})",
        R"({"objectType":"Group","mbox":"mailto:a@b.c"})",
        R"({"objectType":"StatementRef","id":"9dc99b37-e920-4a68-a066-917faca28949"})"}) {
    Properties properties = plain;
    properties["object"] = object;
    run({{"context", "{}"},
         {"context", R"({"revision":"1"})", "/context/revision", rule},
         {"context", R"({"platform":"web"})", "/context/platform", rule}},
        both, properties);
  }
  Properties about_sub = plain;
  about_sub["object"] = R"({"objectType":"SubStatement","actor":{"mbox":"mailto:a@b.c"},)"
                        R"("verb":{"id":"a:b"},"object":{"id":"a:b"}})";
  about_sub["context"] = R"({"platform":"web"})";
  for (const auto version : both) expect(object_of(about_sub), "/context/platform", rule, version);
}

TEST_CASE("contextAgents and contextGroups are unknown to 1.0.3") {
  const std::vector<Version> only = {Version::v1_0_3};
  run({{"context", R"({"contextAgents":[]})", "/context/contextAgents", "Data 2.4.6"},
       {"context", R"({"contextGroups":[]})", "/context/contextGroups", "Data 2.4.6"},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.c"}}]})",
        "/context/contextAgents", "Data 2.4.6"}},
      only);
}

TEST_CASE("contextAgents and contextGroups of 2.0.0 hold an actor and relevant types") {
  constexpr std::string_view rule = "IEEE 9274.1.1, 4.2.2.5";
  const std::vector<Version> only = {Version::v2_0_0};
  const std::string agents = "/context/contextAgents", groups = "/context/contextGroups";
  const std::string agent = agents + "/0", type = agent + "/objectType", of = agent + "/agent",
                    types = agent + "/relevantTypes", first = types + "/0", extra = agent + "/role",
                    inner = of + "/objectType";
  run({{"context", R"({"contextAgents":[]})"},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.c"}}]})"},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"openid":"a:b"},"relevantTypes":["a:b"]}]})"},
       {"context", R"({"contextAgents":{}})", agents, rule},
       {"context", R"({"contextAgents":[1]})", agent, rule},
       {"context", R"({"contextAgents":[{"agent":{"openid":"a:b"}}]})", agent, rule},
       {"context", R"({"contextAgents":[{"objectType":"contextAgent"}]})", agent, rule},
       {"context", R"({"contextAgents":[{"objectType":"ContextAgent","agent":{"openid":"a:b"}}]})",
        type, rule},
       {"context", R"({"contextAgents":[{"objectType":"contextAgent","agent":{}}]})", of,
        "Data 2.4.2.3"},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"objectType":"Group","openid":"a:b"}}]})",
        inner, "Data 2.4.2"},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"openid":"a:b"},"relevantTypes":[]}]})",
        types, rule},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"openid":"a:b"},"relevantTypes":"a:b"}]})",
        types, rule},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"openid":"a:b"},"relevantTypes":["abc"]}]})",
        first, rule},
       {"context",
        R"({"contextAgents":[{"objectType":"contextAgent","agent":{"openid":"a:b"},"role":1}]})",
        extra, rule}},
      only);
  const std::string group = groups + "/0", group_type = group + "/objectType",
                    group_of = group + "/group", group_types = group + "/relevantTypes",
                    group_members = group_of + "/member", stray = group + "/agent";
  run({{"context", R"({"contextGroups":[]})"},
       {"context",
        R"({"contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","member":[{"openid":"a:b"}]},"relevantTypes":["a:b"]}]})"},
       {"context", R"({"contextGroups":"a:b"})", groups, rule},
       {"context",
        R"({"contextGroups":[{"objectType":"contextAgent","group":{"objectType":"Group","openid":"a:b"}}]})",
        group_type, rule},
       {"context", R"({"contextGroups":[{"objectType":"contextGroup"}]})", group, rule},
       {"context", R"({"contextGroups":[{"objectType":"contextGroup","group":{"openid":"a:b"}}]})",
        group_of, "Data 2.4.2"},
       {"context",
        R"({"contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","member":[]}}]})",
        group_members, "Data 2.4.2.2"},
       {"context",
        R"({"contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","openid":"a:b"},"relevantTypes":[]}]})",
        group_types, rule},
       {"context", R"({"contextGroups":[{"objectType":"contextGroup","agent":{"openid":"a:b"}}]})",
        stray, rule}},
      only);
}

}  // namespace lectern::xapi
