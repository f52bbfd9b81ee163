#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "xapi/testing/rewrite_test.h"
#include "xapi/testing/rows_test.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {

TEST_CASE("an Agent has exactly one identifier and no member") {
  constexpr std::string_view rule = "Data 2.4.2.3";
  run({{"actor", R"({"objectType":"Agent","name":"","mbox":"mailto:a@b.c"})"},
       {"actor", R"({"mbox_sha1sum":"EBD31E95054C018B10727CCFFD2EF2EC3A016EE9"})"},
       {"actor", R"({"openid":"https://ada.example.com/"})"},
       {"actor", R"({"account":{"homePage":"http://example.com","name":"1"}})"},
       {"actor", "{}", "/actor", rule},
       {"actor", R"({"name":"Ada"})", "/actor", rule},
       {"actor", R"({"objectType":"Agent"})", "/actor", rule},
       {"actor", R"({"mbox":"mailto:a@b.c","openid":"http://a.b"})", "/actor", rule},
       {"actor", R"({"mbox":"mailto:a@b.c","account":{"homePage":"http://a.b","name":"x"}})",
        "/actor", rule},
       {"actor",
        R"({"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9",)"
        R"("mbox":"mailto:a@b.c"})",
        "/actor", rule},
       {"actor", R"({"openid":"http://a.b","account":{"homePage":"http://a.b","name":"x"}})",
        "/actor", rule},
       {"actor", R"({"mbox":"mailto:a@b.c","member":[]})", "/actor/member", "Data 2.4.2.1"},
       {"actor", R"({"objectType":"Agent","mbox":"mailto:a@b.c","member":[]})", "/actor/member",
        "Data 2.4.2.1"},
       {"actor", R"({"mbox":"mailto:a@b.c","age":1})", "/actor/age", "Data 2.4.2.1"},
       {"actor", R"({"mbox":"mailto:a@b.c","name":1})", "/actor/name", "Data 2.4.2"},
       {"actor", R"({"mbox":"mailto:a@b.c","name":{}})", "/actor/name", "Data 2.4.2"},
       {"actor", R"({"objectType":"agent","mbox":"mailto:a@b.c"})", "/actor/objectType",
        "Data 2.4.2"},
       {"actor", R"({"objectType":"notValid","mbox":"mailto:a@b.c"})", "/actor/objectType",
        "Data 2.4.2"},
       {"actor", R"({"objectType":1,"mbox":"mailto:a@b.c"})", "/actor/objectType", "Data 2.4.2"},
       {"actor", R"("mailto:a@b.c")", "/actor", "Data 2.4.2"},
       {"actor", R"([{"mbox":"mailto:a@b.c"}])", "/actor", "Data 2.4.2"}});
}

TEST_CASE("an identifier has the form of its kind") {
  constexpr std::string_view rule = "Data 2.4.2.3";
  run({{"actor", R"({"mbox":"a@b.c"})", "/actor/mbox", rule},
       {"actor", R"({"mbox":"http://should.fail.com"})", "/actor/mbox", rule},
       {"actor", R"({"mbox":"mailto:should.fail.com"})", "/actor/mbox", rule},
       {"actor", R"({"mbox":["mailto:a@b.c"]})", "/actor/mbox", rule},
       {"actor", R"({"mbox_sha1sum":1})", "/actor/mbox_sha1sum", rule},
       {"actor", R"({"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee"})",
        "/actor/mbox_sha1sum", rule},
       {"actor", R"({"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016eeg"})",
        "/actor/mbox_sha1sum", rule},
       {"actor", R"({"openid":"ab=c://should.fail.com"})", "/actor/openid", rule},
       {"actor", R"({"openid":"ada.example.com"})", "/actor/openid", rule},
       {"actor", R"({"openid":{}})", "/actor/openid", rule}});
  constexpr std::string_view account_rule = "Data 2.4.2.4";
  run({{"actor", R"({"account":{"homePage":"http://example.com"}})", "/actor/account",
        account_rule},
       {"actor", R"({"account":{"name":"x"}})", "/actor/account", account_rule},
       {"actor", R"({"account":{}})", "/actor/account", account_rule},
       {"actor", R"({"account":"x"})", "/actor/account", account_rule},
       {"actor", R"({"account":{"homePage":"ab=c://should.fail.com","name":"x"}})",
        "/actor/account/homePage", account_rule},
       {"actor", R"({"account":{"homePage":1,"name":"x"}})", "/actor/account/homePage",
        account_rule},
       {"actor", R"({"account":{"homePage":"http://example.com","name":1}})", "/actor/account/name",
        account_rule},
       {"actor", R"({"account":{"homePage":"http://example.com","name":"x","id":"y"}})",
        "/actor/account/id", account_rule}});
}

TEST_CASE("a Group has an identifier or members, who are Agents") {
  constexpr std::string_view rule = "Data 2.4.2.2";
  run({{"actor", R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]})"},
       {"actor", R"({"objectType":"Group","name":"G","mbox":"mailto:a@b.c"})"},
       {"actor", R"({"objectType":"Group","mbox":"mailto:a@b.c","member":[]})"},
       {"actor", R"({"objectType":"Group","openid":"http://a.b","member":[{"openid":"a:b"}]})"},
       {"actor", R"({"objectType":"Group","member":[]})", "/actor/member", rule},
       {"actor", R"({"objectType":"Group"})", "/actor", rule},
       {"actor", R"({"objectType":"Group","name":"G"})", "/actor", rule},
       {"actor", R"({"member":[{"mbox":"mailto:a@b.c"}]})", "/actor/member", "Data 2.4.2.1"},
       {"actor", R"({"objectType":"Group","member":{"mbox":"mailto:a@b.c"}})", "/actor/member",
        rule},
       {"actor", R"({"objectType":"Group","member":"mailto:a@b.c"})", "/actor/member", rule},
       {"actor", R"({"objectType":"Group","member":["mailto:a@b.c"]})", "/actor/member/0",
        "Data 2.4.2"},
       {"actor", R"({"objectType":"Group","member":[null]})", "/actor/member/0", "Data 2.2"},
       {"actor", R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"},{"name":"x"}]})",
        "/actor/member/1", "Data 2.4.2.3"},
       {"actor",
        R"({"objectType":"Group","member":[{"objectType":"Group","mbox":"mailto:a@b.c"}]})",
        "/actor/member/0/objectType", "Data 2.4.2"},
       {"actor", R"({"objectType":"Group","mbox":"mailto:a@b.c","openid":"http://a.b"})", "/actor",
        "Data 2.4.2.3"},
       {"actor", R"({"objectType":"Group","mbox":"mailto:a@b.c","members":[]})", "/actor/members",
        rule},
       {"actor", R"({"objectType":"group","member":[{"mbox":"mailto:a@b.c"}]})",
        "/actor/objectType", "Data 2.4.2"}});
}

TEST_CASE("an authority is an Agent or two Agents") {
  constexpr std::string_view rule = "Data 2.4.9";
  run({{"authority", R"({"mbox":"mailto:a@b.c"})"},
       {"authority",
        R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"},{"openid":"a:b"}]})"},
       {"authority", R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]})",
        "/authority/member", rule},
       {"authority",
        R"({"objectType":"Group","member":[{"openid":"a:b"},{"openid":"a:c"},{"openid":"a:d"}]})",
        "/authority/member", rule},
       {"authority",
        R"({"objectType":"Group","mbox":"mailto:a@b.c","member":[{"openid":"a:b"},{"openid":"a:c"}]})",
        "/authority", rule},
       {"authority", R"({"objectType":"Group","mbox":"mailto:a@b.c"})", "/authority", rule},
       {"authority", R"({"objectType":"Group","member":[]})", "/authority/member", "Data 2.4.2.2"},
       {"authority", "{}", "/authority", "Data 2.4.2.3"},
       {"authority", R"("me")", "/authority", "Data 2.4.2"}});
}

TEST_CASE("a parameter holds an Agent or, where allowed, an identified Group") {
  const auto valid = [](const char* text, bool group_allowed) {
    return validate_agent(read(text)->root(), group_allowed).has_value();
  };
  for (const bool group_allowed : {false, true}) {
    CHECK(valid(R"({"mbox":"mailto:a@b.c"})", group_allowed));
    CHECK(valid(R"({"objectType":"Agent","name":"A","openid":"a:b"})", group_allowed));
    CHECK(valid(R"({"objectType":"Group","mbox":"mailto:a@b.c"})", group_allowed) == group_allowed);
    for (const auto* text :
         {"null", "[]", "true", "{}", "\"mailto:a@b.c\"", R"({"name":"A"})", R"({"mbox":"a@b.c"})",
          R"({"mbox":"mailto:a@b.c","openid":"a:b"})", R"({"mbox":"mailto:a@b.c","x":1})",
          R"({"objectType":"Person","openid":"a:b"})",
          R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]})"}) {
      CAPTURE(text);
      CHECK_FALSE(valid(text, group_allowed));
    }
  }
}

}  // namespace lectern::xapi
