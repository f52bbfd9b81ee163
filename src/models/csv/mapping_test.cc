#include "models/csv/mapping.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

namespace lectern::models::csv {
namespace {

using Made = std::vector<std::string>;

std::string file(const std::string& name) {
  std::ifstream in("docs/examples/csv/" + name);
  REQUIRE(in);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The statements of all rows, and `refused: POINTER RULE` for what is refused.
Made converted(const std::string& mapping_text, const std::string& rows) {
  auto mapping = Mapping::read(mapping_text);
  REQUIRE(mapping);
  Reader reader(mapping->separator());
  reader.feed(rows);
  reader.end();
  const auto bound = mapping->bind(reader.next()->value());
  REQUIRE(bound);
  Made made;
  for (auto row = reader.next(); *row; row = reader.next()) {
    const auto statements = mapping->statements(**row);
    if (statements) {
      made.insert(made.end(), statements->begin(), statements->end());
    } else {
      made.push_back("refused: " + statements.error().pointer + " " + statements.error().rule);
    }
  }
  return made;
}

/// A mapping with one rule whose statement has this result; columns id and x.
std::string with_result(const std::string& result) {
  return R"({"namespace":"3f1c2b34-6a0e-4a59-9d6b-0f7a1c2d3e4f","statements":[{"id":"{id}",)"
         R"("statement":{"actor":{"mbox":"mailto:a@b.example"},"verb":{"id":"urn:v"},"object":{"id":)"
         R"("urn:o"},"result":)" +
         result + "}}]}";
}

/// What the statement has as result for a cell; or the refusal.
std::string result_of(const std::string& result, const std::string& cell) {
  const Made made = converted(with_result(result), "id,x\n1,\"" + cell + "\"\n");
  REQUIRE(made.size() == 1);
  const std::size_t at = made[0].find(R"("result":)");
  return at == std::string::npos ? made[0] : made[0].substr(at + 9, made[0].size() - at - 10);
}

TEST_CASE("a grade book: local numbers and dates, and a row without points") {
  const Made made = converted(file("grade_book.json"), file("grade_book.csv"));
  REQUIRE(made.size() == 3);
  CHECK(made[0].find(R"("name":{"en":"Loops; and how they end"})") != std::string::npos);
  CHECK(made[0].find(R"("id":"https://campus.example/quizzes/quiz%201")") != std::string::npos);
  CHECK(made[0].find(R"("score":{"raw":17.5,"min":0,"max":20})") != std::string::npos);
  CHECK(made[0].find(R"("timestamp":"2026-11-24T09:13:00+01:00")") != std::string::npos);
  CHECK(made[2].find(R"("score":{"min":0,"max":20})") != std::string::npos);
  CHECK(made[2].find("timestamp") == std::string::npos);
}

TEST_CASE("an attendance list: who was absent makes no statement") {
  const Made made = converted(file("attendance.json"), file("attendance.csv"));
  REQUIRE(made.size() == 2);
  CHECK(made[0].find(R"("duration":"PT0H45M")") != std::string::npos);
  CHECK(made[1].find(R"x("Hall B\n(at the window)")x") != std::string::npos);
}

TEST_CASE("a report of registrations: a row makes several statements") {
  const Made made = converted(file("scorm_cloud.json"), file("scorm_cloud.csv"));
  REQUIRE(made.size() == 4);
  CHECK(made[1].find("verbs/passed") != std::string::npos);
  CHECK(made[1].find(R"("result":{"success":true,"score":{"scaled":0.87}})") != std::string::npos);
  CHECK(made[3].find("verbs/failed") != std::string::npos);
}

TEST_CASE("a second run makes the same statements, ids included") {
  CHECK(converted(file("scorm_cloud.json"), file("scorm_cloud.csv")) ==
        converted(file("scorm_cloud.json"), file("scorm_cloud.csv")));
}

TEST_CASE("numbers are JSON numbers, whatever zeros and commas they were written with") {
  const std::string score = R"({"score":{"raw":{"$number":"x","decimal":","}}})";
  CHECK(result_of(score, "007") == R"({"score":{"raw":7}})");
  CHECK(result_of(score, " +1,50 ") == R"({"score":{"raw":1.50}})");
  CHECK(result_of(score, "1.000,5").starts_with("refused: /statements/0/statement/result"));
  CHECK(
      result_of(score, "five") ==
      "refused: /statements/0/statement/result/score/raw/$number the cell in column \"x\" is none "
      "of number");
}

TEST_CASE("durations come from numbers and from clocks") {
  const auto duration = [](const std::string& unit, const std::string& cell) {
    return result_of(R"({"duration":{"$duration":"x","unit":")" + unit + "\"}}", cell);
  };
  CHECK(duration("minutes", "90") == R"({"duration":"PT90M"})");
  CHECK(duration("hours", "1.5") == R"({"duration":"PT1.5H"})");
  CHECK(duration("clock", "1:02:03.5") == R"({"duration":"PT1H02M03.5S"})");
  CHECK(duration("minutes", "-1").starts_with("refused"));
}

TEST_CASE("what reads an empty cell is left out, with what it leaves empty") {
  CHECK(result_of(R"({"score":{"raw":{"$number":"x"}},"response":"{x}"})", "").find("result") ==
        std::string::npos);
}

TEST_CASE("a statement that breaks the standard is refused with its place") {
  CHECK(result_of(R"({"score":{"scaled":{"$number":"x"}}})", "2")
            .starts_with("refused: /result/score/scaled"));
}

TEST_CASE("a mapping that cannot work is refused before any row is read") {
  const auto refused = [](const std::string& result) {
    return Mapping::read(with_result(result)).error().path;
  };
  CHECK(refused(R"({"response":"{x"})") == "/statements/0/statement/result/response");
  CHECK(refused(R"({"duration":{"$duration":"x"}})") == "/statements/0/statement/result/duration");
  auto mapping = Mapping::read(with_result(R"({"response":"{y}"})"));
  REQUIRE(mapping);
  CHECK(mapping->bind({"id", "x"}).error().message == "the file has no column \"y\"");
  CHECK(mapping->bind({"id", "y", "y"}).error().message == "the file has the column \"y\" twice");
}

TEST_CASE("a row with fewer cells than columns is refused") {
  const Made made = converted(with_result(R"({"response":"{x}"})"), "id,x\n1\n");
  CHECK(made == Made{"refused:  the row has 1 cells, the first one 2"});
}

}  // namespace
}  // namespace lectern::models::csv
