#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "xapi/testing/rows_test.h"

namespace lectern::xapi {

TEST_CASE("a result holds booleans, texts, a duration and extensions") {
  constexpr std::string_view rule = "Data 2.4.5";
  run({{"result", "{}"},
       {"result", R"({"success":true,"completion":false,"response":"","duration":"PT0S"})"},
       {"result", R"({"extensions":{"a:x":null}})"},
       {"result", R"("done")", "/result", rule},
       {"result", R"({"success":"true"})", "/result/success", rule},
       {"result", R"({"completion":1})", "/result/completion", rule},
       {"result", R"({"response":1})", "/result/response", rule},
       {"result", R"({"duration":"PA1H0M0S"})", "/result/duration", "Data 4.6"},
       {"result", R"({"duration":12345})", "/result/duration", "Data 4.6"},
       {"result", R"({"duration":"P4W1D"})", "/result/duration", "Data 4.6"},
       {"result", R"({"extensions":"x"})", "/result/extensions", "Data 4.1"},
       {"result", R"({"extensions":{"x":1}})", "/result/extensions/x", "Data 4.1"},
       {"result", R"({"grade":1})", "/result/grade", rule}});
}

TEST_CASE("a score lies within its bounds") {
  constexpr std::string_view rule = "Data 2.4.5.1";
  run({{"result", R"({"score":{}})"},
       {"result", R"({"score":{"scaled":1}})"},
       {"result", R"({"score":{"scaled":1.0}})"},
       {"result", R"({"score":{"scaled":-1.0000}})"},
       {"result", R"({"score":{"scaled":-0.0}})"},
       {"result", R"({"score":{"scaled":1.01}})", "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":-1.00001}})", "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":1.0000000000000002}})", "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":1e400}})", "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":1e-400}})"},
       {"result", R"({"score":{"scaled":"0.5"}})", "/result/score/scaled", rule},
       {"result", R"({"score":{"raw":5}})"},
       {"result", R"({"score":{"raw":5,"min":5,"max":6}})"},
       {"result", R"({"score":{"raw":6,"min":5,"max":6}})"},
       {"result", R"({"score":{"raw":12.5,"min":-1e3}})"},
       {"result", R"({"score":{"raw":6.02,"max":6}})", "/result/score/raw", rule},
       {"result", R"({"score":{"raw":4.99,"min":5}})", "/result/score/raw", rule},
       {"result", R"({"score":{"min":5,"max":5}})", "/result/score", rule},
       {"result", R"({"score":{"min":6,"max":5}})", "/result/score", rule},
       {"result", R"({"score":{"min":9007199254740992,"max":9007199254740994}})"},
       {"result", R"({"score":{"min":9007199254740992,"max":9007199254740993}})"},
       {"result", R"({"score":{"min":9007199254740993,"max":9007199254740992}})", "/result/score",
        rule},
       {"result", R"({"score":{"scaled":1.00000000000000000000000000000001}})",
        "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":-1.00000000000000000000000000000001}})",
        "/result/score/scaled", rule},
       {"result", R"({"score":{"scaled":0.99999999999999999999999999999999}})"},
       {"result", R"({"score":{"scaled":100e-2}})"},
       {"result", R"({"score":{"scaled":1e-99999999999}})"},
       {"result", R"({"score":{"raw":0.30000000000000000001,"max":0.3}})", "/result/score/raw",
        rule},
       {"result", R"({"score":{"raw":-0.30000000000000000001,"min":-0.3}})", "/result/score/raw",
        rule},
       {"result", R"({"score":{"raw":3e-1,"max":0.3,"min":-30e-2}})"},
       {"result", R"({"score":{"min":-1e500,"max":1e500,"raw":-1e499}})"},
       {"result", R"({"score":{"min":-0.0,"max":0}})", "/result/score", rule},
       {"result", R"({"score":{"raw":false}})", "/result/score/raw", rule},
       {"result", R"({"score":{"min":"0"}})", "/result/score/min", rule},
       {"result", R"({"score":{"max":{}}})", "/result/score/max", rule},
       {"result", R"({"score":5})", "/result/score", rule},
       {"result", R"({"score":{"value":5}})", "/result/score/value", rule}});
}

}  // namespace lectern::xapi
