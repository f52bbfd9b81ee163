#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "models/convert.h"

namespace lectern::models {
namespace {

ConvertOptions options(bool exact) {
  return {"ee241f8b-174f-5bdb-bae9-c09de5fe017f", "https://lms.example/", Like::openedx, exact};
}

std::string event_of(const std::string& name, const std::string& data) {
  return R"({"name":")" + name +
         R"(","event_source":"server","username":"ada","context":{)"
         R"("course_id":"course-v1:A+B+C"},"referer":"https://lms.example/",)"
         R"("time":"2026-11-24T09:13:00Z","event":)" +
         data + "}";
}

Converted made_of(const std::string& event, bool exact = false) {
  auto made = convert(event, options(exact));
  REQUIRE_MESSAGE(made, made.error().rule);
  return *made;
}

std::uint32_t repairs(const Converted& made, Repair repair) {
  return made.repairs.at(static_cast<std::size_t>(repair));
}

bool has(const Converted& made, const std::string& text) {
  return made.statements.find(text) != std::string::npos;
}

const std::string two_questions =
    R"({"problem_id":"p@1","grade":1,"max_grade":2,"submission":{)"
    R"("1_2":{"question":"a?","answer":"x","response_type":"stringresponse","correct":true},)"
    R"("1_3":{"question":"b?","answer":["y"],"response_type":"choiceresponse","correct":false}}})";

TEST_CASE("a problem of two questions makes three statements, two of which refer to the first") {
  const Converted made = made_of(event_of("problem_check", two_questions));
  std::vector<std::string> lines{""};
  for (const char c : made.statements) {
    if (c == '\n') lines.emplace_back();
    if (c != '\n') lines.back() += c;
  }
  REQUIRE(lines.size() == 3);
  const auto whole = json::parse(lines[0]), second = json::parse(lines[2]);
  const auto reference = (*second)->root().find("context")->find("statement")->find("id");
  CHECK(reference->string() == (*whole)->root().find("id")->string());
  CHECK((*second)->root().find("object")->find("id")->string() ==
        "https://lms.example/xblock/p@1_3");
  CHECK((*second)->root().find("result")->find("response")->string() == R"(["y"])");
}

/// An event with so many questions, each with an answer.
std::string event_with_questions(std::size_t questions, const std::string& answer) {
  std::string submissions;
  for (std::size_t i = 0; i < questions; ++i)
    submissions += (i > 0 ? ",\"q" : "\"q") + std::to_string(i) +
                   R"(":{"question":"a?","answer":")" + answer +
                   R"(","response_type":"stringresponse","correct":true})";
  return event_of("problem_check", R"({"problem_id":"p@1","grade":1,"max_grade":2,"submission":{)" +
                                       submissions + "}}");
}

TEST_CASE("an event has a thousand questions at most, and their statements have 4 MiB") {
  const Converted made = made_of(event_with_questions(1000, "x"));
  CHECK(std::count(made.statements.begin(), made.statements.end(), '\n') == 1000);
  for (const std::string& event :
       {event_with_questions(1001, "x"), event_with_questions(500, std::string(10'000, 'x'))}) {
    const auto refused = convert(event, options(false));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().pointer == "/event/submission");
    CHECK(refused.error().rule ==
          "must have 1000 questions at most, whose statements have 4 MiB together");
  }
}

TEST_CASE("an object is an Activity, where the original has a type that xAPI has not") {
  const std::string event = event_of("problem_check", two_questions);
  const Converted made = made_of(event), exact = made_of(event, true);
  CHECK_FALSE(has(made, "GroupActivity"));
  CHECK(repairs(made, Repair::object_type) == 1);
  CHECK(has(exact, "GroupActivity"));
  CHECK(repairs(exact, Repair::object_type) == 0);
}

TEST_CASE("the code of an attempt becomes an IRI") {
  const Converted made = made_of(
      event_of("edx.special_exam.timed.attempt.created",
               R"({"exam_content_id":"block-v1:A+B+C+type@x+block@1","exam_name":"Midterm",)"
               R"("attempt_code":"438AD672-DE2C-4F0B-8876-35444E7DD746"})"));
  CHECK(has(made, R"("id":"urn:uuid:438ad672-de2c-4f0b-8876-35444e7dd746")"));
  CHECK(repairs(made, Repair::activity_id) == 1);
}

TEST_CASE("the length of a video is not taken for the time that was spent") {
  const std::string event = event_of("complete_video", R"({"id":"v1","duration":195.5})");
  CHECK_FALSE(has(made_of(event), R"("duration")"));
  CHECK(repairs(made_of(event), Repair::duration) == 1);
  CHECK(has(made_of(event, true), R"("duration":"PT03M15.5S")"));
}

TEST_CASE("points beyond the maximum are told without it, and out of nothing not at all") {
  const auto graded = [](const std::string& earned, const std::string& possible) {
    return made_of(event_of("edx.grades.problem.submitted",
                            R"({"problem_id":"p","weighted_earned":)" + earned +
                                R"(,"weighted_possible":)" + possible + "}"));
  };
  CHECK(has(graded("5", "4"), R"("score":{"raw":5.0})"));
  CHECK_FALSE(has(graded("0", "0"), R"("score")"));
  CHECK(repairs(graded("0", "null"), Repair::score) == 1);
  CHECK(repairs(graded("4", "4"), Repair::score) == 0);
}

TEST_CASE("an answer is JSON, where the original has Python's notation") {
  const std::string event =
      event_of("problem_check", R"({"problem_id":"p","answers":{"a":["it's",null,true]}})");
  CHECK(has(made_of(event), R"("response":"{\"a\": [\"it's\", null, true]}")"));
  CHECK(has(made_of(event, true), R"("response":"{'a': [\"it's\", None, True]}")"));
}

TEST_CASE("events of nobody are passed over, those that lack what they need are refused") {
  const auto nobody = convert(
      R"({"name":"load_video","time":"2026-11-24T09:13:00Z","username":"","event":{"id":"v"}})",
      options(false));
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().unknown);
  const auto lacking = convert(event_of("load_video", "{}"), options(false));
  REQUIRE_FALSE(lacking);
  CHECK_FALSE(lacking.error().unknown);
}

}  // namespace
}  // namespace lectern::models
