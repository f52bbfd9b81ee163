#include "models/convert.h"

#include <string>

#include <doctest/doctest.h>

namespace lectern::models {
namespace {

const ConvertOptions options{"ee241f8b-174f-5bdb-bae9-c09de5fe017f", "https://plat.org/"};

/// What Ralph 5.1.0 made of `load_video()` and a line end.
const std::string initialized =
    R"({"id":"00000000-0000-0000-0000-000000000000","actor":{"account":{"homePage":"https://plat.org/",)"
    R"("name":"5"},"objectType":"Agent"},"verb":{"id":"http://adlnet.gov/expapi/verbs/initialized"},)"
    R"("object":{"id":"https://plat.org/xblock/block-v1:course-v1:a+b+c-course-v1:+type@video+block@vid",)"
    R"("definition":{"name":{"en-US":"vid"},"type":"https://w3id.org/xapi/video/activity-type/video"}},)"
    R"("context":{"contextActivities":{"category":[{"id":"https://w3id.org/xapi/video","definition":)"
    R"({"type":"http://adlnet.gov/expapi/activities/profile"}}]},"extensions":{)"
    R"("https://w3id.org/xapi/video/extensions/session-id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",)"
    R"("https://w3id.org/xapi/video/extensions/length":0.0,)"
    R"("https://w3id.org/xapi/video/extensions/user-agent":"Mozilla/5.0"}},)"
    R"("timestamp":"2026-11-24T09:13:00.123456Z","version":"1.0.0"})";

std::string load_video(const std::string& session = std::string(32, 'a')) {
  return R"({"agent":"Mozilla/5.0","context":{"course_id":"course-v1:a+b+c","user_id":5},"time":)"
         R"("2026-11-24T09:13:00.123456+00:00","event_source":"browser","session":")" +
         session + R"(","event_type":"load_video","event":{"code":"c","id":"vid"}})" + "\n";
}

std::string without_id(std::string statement) {
  constexpr std::size_t begin = 7, size = 36;
  return statement.replace(begin, size, "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("an event becomes the statement that Ralph makes, byte for byte") {
  const auto statement = convert(load_video(), options);
  REQUIRE(statement);
  CHECK(without_id(statement->statements) == initialized);
}

TEST_CASE("one line makes one id, and its line end belongs to it") {
  const std::string line = load_video();
  CHECK(convert(line, options)->statements == convert(line, options)->statements);
  CHECK(convert(line, options)->statements !=
        convert(line.substr(0, line.size() - 1), options)->statements);
}

TEST_CASE("an event without a session makes no statement where its profile wants one") {
  const auto refused = convert(load_video(""), options);
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().unknown);
  CHECK(refused.error().pointer == "/session");
}

TEST_CASE("an event that Ralph converts to nothing is unknown") {
  const auto refused =
      convert(R"({"event_source":"browser","event_type":"problem_show"})", options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().unknown);
}

}  // namespace
}  // namespace lectern::models
