#include "statements.h"

#include <array>
#include <cstdio>

#include <fmt/format.h>

namespace lectern::performance {
namespace {

enum Purpose : std::uint64_t {
  learner_of = 1,
  activity_of,
  id_of,
  account_of,
  registration_of,
  session_of,
  video_of,
  kind_of,
  number_of
};

std::uint64_t mixed(std::uint64_t value) {  // splitmix64
  value += 0x9E37'79B9'7F4A'7C15;
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
  return value ^ (value >> 31);
}

std::uint64_t hashed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number) {
  return mixed(mixed(mixed(seed) + purpose) + number);
}

std::string uuid(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number) {
  const auto high = hashed(seed, purpose * 2 + 100, number);
  const auto low = hashed(seed, purpose * 2 + 101, number);
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFF, 0x8000 | (low >> 48 & 0x3FFF), low & 0xFFFF'FFFF'FFFF);
}

constexpr std::array verbs = {"played",      "paused",    "seeked",
                              "initialized", "completed", "terminated"};

/// In months of 28 days, so that each day exists.
std::string timestamp(std::uint64_t number) {
  const auto seconds = number * 7 % 29'000'000;
  return fmt::format("2024-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", seconds / 2'419'200 + 1,
                     seconds / 86'400 % 28 + 1, seconds / 3'600 % 24, seconds / 60 % 60,
                     seconds % 60, number % 1'000);
}

}  // namespace

std::uint64_t Dealer::draw(std::uint64_t purpose, std::uint64_t number, std::uint64_t n) const {
  return hashed(seed, purpose, number) % n;
}

std::string Dealer::id(std::uint64_t number) const { return uuid(seed, id_of, number); }

std::string Dealer::agent(std::uint64_t number) const {
  return fmt::format(
      R"({{"account":{{"homePage":"https://lms.example.org","name":"{}"}},"objectType":"Agent"}})",
      uuid(seed, account_of, draw(learner_of, number, learners)));
}

std::string Dealer::verb(std::uint64_t number) const {
  return fmt::format("https://w3id.org/xapi/video/verbs/{}",
                     verbs[draw(kind_of, number, verbs.size())]);
}

std::string Dealer::activity(std::uint64_t number) const {
  return fmt::format("https://lms.example.org/activity/{}", draw(activity_of, number, activities));
}

std::string Dealer::course(std::uint64_t number) const {
  return fmt::format("https://lms.example.org/course/{}",
                     draw(activity_of, number, activities) / 20);
}

std::string Dealer::registration(std::uint64_t number) const {
  const auto course = draw(activity_of, number, activities) / 200;
  return uuid(seed, registration_of, draw(learner_of, number, learners) * 7 + course);
}

std::string Dealer::json(std::uint64_t number) const {
  const auto kind = verbs[draw(kind_of, number, verbs.size())];
  const auto at = [&](std::uint64_t which) { return draw(number_of + which, number, 600'000); };
  return fmt::format(
      R"({{"id":"{}","timestamp":"{}","actor":{},"verb":{{"id":"{}","display":{{"en-US":"{}"}}}},)"
      R"("object":{{"id":"{}","objectType":"Activity","definition":{{"type":)"
      R"("https://w3id.org/xapi/video/activity-type/video","name":{{"en-US":"Lecture {}"}}}}}},)"
      R"("result":{{"extensions":{{"https://w3id.org/xapi/video/extensions/time":{}.{},)"
      R"("https://w3id.org/xapi/video/extensions/length":{},)"
      R"("https://w3id.org/xapi/video/extensions/progress":0.{},)"
      R"("https://w3id.org/xapi/video/extensions/played-segments":"0[.]{}.{}[,]{}.{}[.]{}.{}"}}}},)"
      R"("context":{{"registration":"{}","contextActivities":{{"parent":[{{"id":"{}","objectType":)"
      R"("Activity","definition":{{"type":"http://adlnet.gov/expapi/activities/course"}}}}],)"
      R"("category":[{{"id":"https://w3id.org/xapi/video"}}]}},"extensions":{{)"
      R"("https://w3id.org/xapi/video/extensions/session-id":"{}",)"
      R"("https://w3id.org/xapi/video/extensions/volume":1,)"
      R"("https://w3id.org/xapi/video/extensions/video-playback-size":"1080x{}"}}}}}})",
      id(number), timestamp(number), agent(number), verb(number), kind, activity(number),
      draw(activity_of, number, activities), at(1) / 1000, at(1) % 1000, at(2), at(3) % 1000,
      at(4) / 1000, at(4) % 1000, at(5) / 1000, at(5) % 1000, at(6) / 1000, at(6) % 1000,
      registration(number), course(number), uuid(seed, session_of, number / 40), 400 + at(7) % 320);
}

std::string Dealer::batch(std::uint64_t first, std::uint64_t count) const {
  std::string all = "[";
  for (std::uint64_t i = first; i < first + count; ++i) {
    if (i > first) all += ',';
    all += json(i);
  }
  return all += ']';
}

}  // namespace lectern::performance
