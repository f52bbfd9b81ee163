#include <fmt/format.h>

#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4.6";
constexpr std::string_view activities_rule = "Data 2.4.6.2";
constexpr std::string_view added_rule = "IEEE 9274.1.1, 4.2.2.5";  // what 2.0.0 added

using ContextMembers =
    Members<"registration", "instructor", "team", "contextActivities", "revision", "platform",
            "language", "statement", "extensions", "contextAgents", "contextGroups">;

bool check_context_activities(Check& check, Value activities) {
  Members<"parent", "grouping", "category", "other"> members;
  if (!members.read(check, activities, "contextActivities", activities_rule)) return false;
  for (const Value list : activities.children()) {
    if (list.is(Type::object)) {
      if (!check_activity(check, list)) return false;
      continue;
    }
    if (!list.is(Type::array) && !list.is(Type::null))
      return check.refuse(list, activities_rule,
                          fmt::format("{} must be an Activity or an array of them, not {}",
                                      name_of(list), json::name_of(list.type())));
    if (!check.is(list, Type::array, activities_rule)) return false;
    for (const Value activity : list.children())
      if (!check_activity(check, activity)) return false;
  }
  return true;
}

bool check_relevant_types(Check& check, Value types) {
  if (!check.is(types, Type::array, added_rule)) return false;
  if (types.size() == 0)
    return check.refuse(types, added_rule, "\"relevantTypes\" must not be empty");
  for (const Value type : types.children())
    if (!check.is_iri(type, added_rule)) return false;
  return true;
}

bool check_context_agent(Check& check, Value entry) {
  Members<"objectType", "agent", "relevantTypes"> members;
  if (!members.read(check, entry, "a contextAgent", added_rule)) return false;
  const auto& type = members.get<"objectType">();
  const auto& agent = members.get<"agent">();
  const auto& relevant = members.get<"relevantTypes">();
  if (!type) return check.missing(entry, added_rule, "objectType");
  if (!agent) return check.missing(entry, added_rule, "agent");
  return check.is_exactly(*type, "contextAgent", added_rule) &&
         check_actor(check, *agent, Actor::agent) &&
         (!relevant || check_relevant_types(check, *relevant));
}

bool check_context_group(Check& check, Value entry) {
  Members<"objectType", "group", "relevantTypes"> members;
  if (!members.read(check, entry, "a contextGroup", added_rule)) return false;
  const auto& type = members.get<"objectType">();
  const auto& group = members.get<"group">();
  const auto& relevant = members.get<"relevantTypes">();
  if (!type) return check.missing(entry, added_rule, "objectType");
  if (!group) return check.missing(entry, added_rule, "group");
  return check.is_exactly(*type, "contextGroup", added_rule) &&
         check_actor(check, *group, Actor::group) &&
         (!relevant || check_relevant_types(check, *relevant));
}

template <typename CheckEntry>
bool check_added(Check& check, Value list, CheckEntry check_entry) {
  if (check.version() == Version::v1_0_3)
    return check.refuse(list, rule,
                        fmt::format("{} is a property of version 2.0.0, and the request is of "
                                    "version 1.0.x (X-Experience-API-Version)",
                                    name_of(list)));
  if (!check.is(list, Type::array, added_rule)) return false;
  for (const Value entry : list.children())
    if (!check_entry(check, entry)) return false;
  return true;
}

bool check_language(Check& check, Value language) {
  if (!check.is(language, Type::string, rule)) return false;
  if (is_language_tag(language.string())) return true;
  return check.refuse(language, rule, "\"language\" must be a language tag (RFC 5646)");
}

/// `revision` and `platform` say something of an Activity.
bool check_of_activity(Check& check, Value text, bool about_activity) {
  if (!check.is(text, Type::string, rule)) return false;
  if (about_activity) return true;
  return check.refuse(
      text, rule,
      fmt::format("{} is allowed only when the statement's object is an Activity", name_of(text)));
}

}  // namespace

bool check_context(Check& check, Value context, bool about_activity) {
  ContextMembers members;
  if (!members.read(check, context, "a context", rule)) return false;
  const auto& registration = members.get<"registration">();
  const auto& instructor = members.get<"instructor">();
  const auto& team = members.get<"team">();
  const auto& activities = members.get<"contextActivities">();
  const auto& revision = members.get<"revision">();
  const auto& platform = members.get<"platform">();
  const auto& language = members.get<"language">();
  const auto& statement = members.get<"statement">();
  const auto& extensions = members.get<"extensions">();
  const auto& agents = members.get<"contextAgents">();
  const auto& groups = members.get<"contextGroups">();
  return (!registration || check.is_uuid(*registration, rule)) &&
         (!instructor || check_actor(check, *instructor, Actor::agent_or_group)) &&
         (!team || check_actor(check, *team, Actor::group)) &&
         (!activities || check_context_activities(check, *activities)) &&
         (!revision || check_of_activity(check, *revision, about_activity)) &&
         (!platform || check_of_activity(check, *platform, about_activity)) &&
         (!language || check_language(check, *language)) &&
         (!statement || check_statement_ref(check, *statement)) &&
         (!extensions || check.is_extensions(*extensions)) &&
         (!agents || check_added(check, *agents, check_context_agent)) &&
         (!groups || check_added(check, *groups, check_context_group));
}

}  // namespace lectern::xapi
