#include "models/check.h"

#include <string>

#include <doctest/doctest.h>

#include "models/family.h"

namespace lectern::models {
namespace {

/// An event as a browser sends it when a video begins to play, with `event` as given.
std::string play_video(const std::string& event, const std::string& more = "") {
  return R"({"username":"ada","ip":"10.0.0.7","agent":"Mozilla/5.0","host":"campus.example",)"
         R"("referer":"https://campus.example/a","accept_language":"en","context":{"course_id":)"
         R"("course-v1:ACME+C101+2026","org_id":"ACME","path":"/event","user_id":5},"time":)"
         R"("2026-11-24T09:13:00.123456+00:00","page":"https://campus.example/a","event_source":)"
         R"("browser","session":"0123456789abcdef0123456789abcdef","event_type":"play_video",)"
         R"("name":"play_video","event":)" +
         event + more + "}";
}

Refusal refusal(Family family, std::string_view json) {
  const auto checked = check(family, json);
  REQUIRE_FALSE(checked.has_value());
  return checked.error();
}

TEST_CASE("there are models for 105 events and for 38 statements") {
  CHECK(table_of(Family::edx).models.size() == 105);
  CHECK(table_of(Family::xapi).models.size() == 38);
}

TEST_CASE("an event that keeps its model passes") {
  CHECK(check(Family::edx, play_video(R"({"code":"html5","id":"v","currentTime":1.5})")));
}

TEST_CASE("what happened may stand in the event as JSON in a string") {
  CHECK(
      check(Family::edx, play_video(R"("{\"code\":\"html5\",\"id\":\"v\",\"currentTime\":1.5}")")));
  const Refusal refused =
      refusal(Family::edx, play_video(R"("{\"code\":\"html5\",\"id\":\"v\"}")"));
  CHECK(refused.pointer == "/event");
  CHECK(refused.rule == "must have \"currentTime\"");
}

TEST_CASE("a refusal tells where and what is asked for there") {
  const Refusal missing = refusal(Family::edx, play_video(R"({"code":"html5","id":"v"})"));
  CHECK_FALSE(missing.unknown);
  CHECK(missing.pointer == "/event");
  CHECK(missing.rule == "must have \"currentTime\"");
  const Refusal negative =
      refusal(Family::edx, play_video(R"({"code":"html5","id":"v","currentTime":-1})"));
  CHECK(negative.pointer == "/event/currentTime");
  CHECK(negative.rule == "must be a number not below 0");
}

TEST_CASE("members that no model knows are refused, but not in the events of videos") {
  CHECK(check(Family::edx, play_video(R"({"code":"html5","id":"v","currentTime":1,"new":true})")));
  const Refusal refused = refusal(
      Family::edx, play_video(R"({"code":"html5","id":"v","currentTime":1})", R"(,"new":true)"));
  CHECK(refused.pointer == "/new");
}

TEST_CASE("an event of another type is unknown, which is no fault of its members") {
  const Refusal refused =
      refusal(Family::edx, R"({"event_source":"browser","event_type":"made_up","username":7})");
  CHECK(refused.unknown);
  CHECK(refusal(Family::edx, "[]").unknown);
}

TEST_CASE("a server's event is known by its path as well") {
  const Refusal refused = refusal(
      Family::edx, R"({"event_source":"server","event_type":"/a","context":{"path":"/a"}})");
  CHECK_FALSE(refused.unknown);
  CHECK(
      refusal(Family::edx, R"({"event_source":"server","event_type":"/a","context":{"path":"/b"}})")
          .unknown);
}

TEST_CASE("what is no JSON is refused at its root") {
  const Refusal refused = refusal(Family::xapi, "{");
  CHECK_FALSE(refused.unknown);
  CHECK(refused.pointer.empty());
}

/// A statement that a page was viewed, with more members as given.
std::string page_viewed(const std::string& more) {
  return R"({"actor":{"account":{"homePage":"https://campus.example","name":"5"}},"verb":{"id":)"
         R"("http://id.tincanapi.com/verb/viewed"},"object":{"id":"https://campus.example/a",)"
         R"("definition":{"type":"http://activitystrea.ms/schema/1.0/page"}})" +
         more + "}";
}

TEST_CASE("a statement is known by its verb and the type of its object") {
  CHECK(check(Family::xapi, page_viewed("")));
  CHECK(refusal(Family::xapi, R"({"verb":{"id":"http://id.tincanapi.com/verb/viewed"}})").unknown);
}

TEST_CASE("an actor's fault is told of the kind of actor that was meant") {
  const Refusal refused =
      refusal(Family::xapi,
              R"({"actor":{"account":{"homePage":"campus","name":"5"}},"verb":{"id":)"
              R"("http://id.tincanapi.com/verb/viewed"},"object":{"id":"https://campus.example/a",)"
              R"("definition":{"type":"http://activitystrea.ms/schema/1.0/page"}}})");
  CHECK(refused.pointer == "/actor/account/homePage");
  CHECK(refused.rule == "must be an IRI");
}

TEST_CASE("empty members are refused wherever objects lie in objects, but not in extensions") {
  CHECK(refusal(Family::xapi, page_viewed(R"(,"result":{"response":""})")).pointer ==
        "/result/response");
  CHECK(check(Family::xapi, page_viewed(R"(,"result":{"extensions":{"urn:a":""}})")));
}

TEST_CASE("platform and revision are for activities") {
  const Refusal refused = refusal(
      Family::xapi,
      R"({"actor":{"mbox":"mailto:a@b.org"},"context":{"platform":"x"},"verb":{"id":)"
      R"("http://id.tincanapi.com/verb/viewed"},"object":{"objectType":"Agent","definition":)"
      R"({"type":"http://activitystrea.ms/schema/1.0/page"}}})");
  CHECK(refused.pointer == "/context/platform");
}

TEST_CASE("of three models for one verb and type the one that fits is taken") {
  const auto interacted = [](const std::string& extension) {
    return R"({"actor":{"mbox":"mailto:a@b.org"},"verb":{"id":)"
           R"("http://adlnet.gov/expapi/verbs/interacted"},"object":{"id":"urn:v","definition":)"
           R"({"type":"https://w3id.org/xapi/video/activity-type/video"}},"result":{"extensions":)"
           R"({"https://w3id.org/xapi/video/extensions/time":1}},"context":{"contextActivities":)"
           R"({"category":[{"id":"https://w3id.org/xapi/video"}]},"extensions":)"
           R"({"https://w3id.org/xapi/video/extensions/session-id":null,)"
           R"("https://w3id.org/xapi/video/extensions/)" +
           extension + "}}}";
  };
  CHECK(check(Family::xapi, interacted(R"(volume":3)")));
  CHECK(refusal(Family::xapi, interacted(R"(loudness":3)")).pointer == "/context/extensions");
}

}  // namespace
}  // namespace lectern::models
