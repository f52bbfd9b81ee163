#include "xapi/facts.h"

#include <algorithm>
#include <cmath>

#include "xapi/member.h"
#include "xapi/terms.h"
#include "xapi/values/duration.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view video_type = "https://w3id.org/xapi/video/activity-type/video";
constexpr std::string_view completed = "http://adlnet.gov/expapi/verbs/completed";
constexpr std::string_view played_segments =
    "https://w3id.org/xapi/video/extensions/played-segments";

std::optional<double> number_member(Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member || !member->is(Type::number)) return std::nullopt;
  const double number = member->as_double();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<bool> boolean_member(Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member || !member->is(Type::boolean)) return std::nullopt;
  return member->boolean();
}

void add_once(std::vector<std::string_view>& list, std::string_view id) {
  if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
}

/// Activities beyond these many, of one statement, are in no course of it: each is compared with
/// those before.
constexpr std::size_t courses_max = 64;

void add_activities(std::vector<std::string_view>& list, Value part) {
  const auto add = [&](Value activity) {
    const auto id = string_member(activity, "id");
    if (id && list.size() < courses_max) add_once(list, *id);
  };
  if (part.is(Type::object)) add(part);
  if (part.is(Type::array))
    for (const Value one : part.children()) add(one);
}

std::string first_ifi_of(Value agent) {
  if (auto ifi = ifi_of(agent)) return std::move(*ifi);
  if (const auto members = agent.find("member"))
    for (const Value member : members->children())
      if (auto ifi = ifi_of(member)) return std::move(*ifi);
  return {};
}

void read_context(Facts& facts, Value context) {
  facts.platform = string_member(context, "platform").value_or("");
  facts.language = string_member(context, "language").value_or("");
  facts.registration = string_member(context, "registration").value_or("");
  const auto activities = context.find("contextActivities");
  if (!activities) return;
  if (const auto parent = activities->find("parent")) add_activities(facts.parents, *parent);
  facts.courses = facts.parents;
  if (const auto grouping = activities->find("grouping")) add_activities(facts.courses, *grouping);
}

bool says_what_was_played(Value result) {
  const auto extensions = result.find("extensions");
  return extensions && extensions->find(played_segments);
}

void read_result(Facts& facts, Value result) {
  facts.success = boolean_member(result, "success");
  facts.completion = boolean_member(result, "completion");
  if (const auto score = result.find("score")) {
    facts.scaled = number_member(*score, "scaled");
    facts.raw = number_member(*score, "raw");
    facts.min = number_member(*score, "min");
    facts.max = number_member(*score, "max");
    facts.score_says_nothing = facts.min && facts.max && *facts.min == *facts.max;
  }
  facts.duration = string_member(result, "duration").value_or("");
  if (facts.duration.empty()) return;
  facts.duration_s = seconds_of(facts.duration);
  const bool length_of_video = facts.verb == completed && facts.activity_type == video_type;
  facts.duration_says_nothing =
      !facts.duration_s || (length_of_video && !says_what_was_played(result));
}

}  // namespace

Facts facts_of(Value statement) {
  Facts facts;
  if (const auto verb = statement.find("verb"))
    facts.verb = string_member(*verb, "id").value_or("");
  if (const auto object = statement.find("object");
      object && object_type_of(*object) == "Activity") {
    facts.activity = string_member(*object, "id").value_or("");
    if (const auto definition = object->find("definition"))
      facts.activity_type = string_member(*definition, "type").value_or("");
  }
  if (const auto actor = statement.find("actor")) facts.actor = ifi_of(*actor).value_or("");
  if (const auto authority = statement.find("authority"))
    facts.authority = first_ifi_of(*authority);
  facts.version = string_member(statement, "version").value_or("");
  if (const auto timestamp = string_member(statement, "timestamp"))
    facts.timestamp = parse_time(*timestamp);
  if (const auto context = statement.find("context")) read_context(facts, *context);
  if (const auto result = statement.find("result")) read_result(facts, *result);
  return facts;
}

}  // namespace lectern::xapi
