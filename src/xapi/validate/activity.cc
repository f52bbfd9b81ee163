#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4.4.1";

constexpr std::array<std::string_view, 10> interaction_types = {
    "true-false",  "choice",     "fill-in", "long-fill-in", "matching",
    "performance", "sequencing", "likert",  "numeric",      "other"};

/// Lists up to this long are compared pair by pair, which allocates nothing.
constexpr std::size_t pairwise_ids_max = 12;

bool is_string_list(Check& check, Value list) {
  if (!check.is(list, Type::array, rule)) return false;
  for (const Value element : list.children())
    if (!check.is(element, Type::string, rule)) return false;
  return true;
}

bool check_component(Check& check, Value component) {
  Members<"id", "description"> members;
  if (!members.read(check, component, "an interaction component", rule)) return false;
  const auto& id = members.get<"id">();
  const auto& description = members.get<"description">();
  if (!id) return check.missing(component, rule, "id");
  if (!check.is(*id, Type::string, rule)) return false;
  if (id->string().empty()) return check.refuse(*id, rule, "\"id\" must not be empty");
  return !description || check.is_language_map(*description, rule);
}

/// The ids of one list are distinct.
bool check_distinct(Check& check, Value list) {
  const auto refuse = [&](Value id) {
    return check.refuse(
        id, rule, fmt::format("the id {} occurs twice in {}", shown(id.string()), name_of(list)));
  };
  std::array<std::optional<Value>, pairwise_ids_max> few;
  if (list.size() <= few.size()) {
    auto end = few.begin();
    for (const Value component : list.children()) {
      const Value id = *component.find("id");
      for (auto before = few.begin(); before != end; ++before)
        if ((*before)->string() == id.string()) return refuse(id);
      *end++ = id;
    }
    return true;
  }
  std::vector<Value> ids;
  ids.reserve(list.size());
  for (const Value component : list.children()) ids.push_back(*component.find("id"));
  std::stable_sort(ids.begin(), ids.end(),
                   [](Value a, Value b) { return a.string() < b.string(); });
  const auto twice = std::adjacent_find(ids.begin(), ids.end(),
                                        [](Value a, Value b) { return a.string() == b.string(); });
  return twice == ids.end() || refuse(*std::next(twice));
}

bool check_components(Check& check, Value list) {
  if (!check.is(list, Type::array, rule)) return false;
  for (const Value component : list.children())
    if (!check_component(check, component)) return false;
  return check_distinct(check, list);
}

bool check_interaction_type(Check& check, Value type) {
  if (!check.is(type, Type::string, rule)) return false;
  if (std::find(interaction_types.begin(), interaction_types.end(), type.string()) !=
      interaction_types.end())
    return true;
  return check.refuse(
      type, rule,
      fmt::format("\"interactionType\" must be one of {}", fmt::join(interaction_types, ", ")));
}

}  // namespace

bool check_definition(Check& check, Value definition) {
  Members<"name", "description", "type", "moreInfo", "extensions", "interactionType",
          "correctResponsesPattern", "choices", "scale", "source", "target", "steps">
      members;
  if (!members.read(check, definition, "an Activity's definition", rule)) return false;
  for (const auto& map : {members.get<"name">(), members.get<"description">()})
    if (map && !check.is_language_map(*map, rule)) return false;
  for (const auto& iri : {members.get<"type">(), members.get<"moreInfo">()})
    if (iri && !check.is_iri(*iri, rule)) return false;
  const auto& extensions = members.get<"extensions">();
  if (extensions && !check.is_extensions(*extensions)) return false;

  const auto& interaction = members.get<"interactionType">();
  const auto& pattern = members.get<"correctResponsesPattern">();
  const std::array lists = {members.get<"choices">(), members.get<"scale">(),
                            members.get<"source">(), members.get<"target">(),
                            members.get<"steps">()};
  if (interaction && !check_interaction_type(check, *interaction)) return false;
  if (pattern && !is_string_list(check, *pattern)) return false;
  for (const auto& list : lists)
    if (list && !check_components(check, *list)) return false;
  if (interaction) return true;
  const auto given = [](const auto& part) { return part.has_value(); };
  const auto list = std::find_if(lists.begin(), lists.end(), given);
  if (!pattern && list == lists.end()) return true;
  return check.refuse(definition, rule,
                      fmt::format("{} needs an \"interactionType\" beside it",
                                  name_of(pattern ? *pattern : **list)));
}

bool check_activity(Check& check, Value activity) {
  Members<"objectType", "id", "definition"> members;
  if (!members.read(check, activity, "an Activity", rule)) return false;
  const auto& type = members.get<"objectType">();
  const auto& id = members.get<"id">();
  const auto& definition = members.get<"definition">();
  if (type && !check.is_exactly(*type, "Activity", rule)) return false;
  if (!id) return check.missing(activity, rule, "id");
  return check.is_iri(*id, rule) && (!definition || check_definition(check, *definition));
}

}  // namespace lectern::xapi
