#include "lrs/selection/selection.h"

#include <algorithm>
#include <array>

namespace lectern::lrs {
namespace {

constexpr auto standard = std::to_array<std::string_view>(
    {"agent", "related_agents", "related_activities", "registration", "since", "until", "mine"});
constexpr auto lists = std::to_array<std::string_view>(
    {"verb", "activity", "activity_type", "parent", "course", "platform", "language"});
constexpr auto others = std::to_array<std::string_view>({"success", "completion", "clock"});

template <typename List>
bool is_one_of(std::string_view name, const List& list) {
  return std::ranges::find(list, name) != std::end(list);
}

Result<void> check_names(const xapi::Parameters& parameters,
                         std::initializer_list<std::string_view> more) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : parameters) {
    const std::string_view view = name;
    if (is_one_of(view, lists)) continue;
    const bool known =
        is_one_of(view, standard) || is_one_of(view, others) || is_one_of(view, more);
    if (!known || is_one_of(view, seen))
      return fail(Code::invalid, "The following parameter is not allowed" +
                                     std::string(known ? " twice" : "") + ": `" + name + "`");
    seen.push_back(view);
  }
  return {};
}

std::vector<std::string> all_values_of(const xapi::Parameters& parameters, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters)
    if (key == name) values.push_back(value);
  return values;
}

Result<std::optional<bool>> flag(const xapi::Parameters& parameters, std::string_view name) {
  const auto value = xapi::value_of(parameters, name);
  if (!value) return std::optional<bool>();
  TRY(const bool wanted, xapi::boolean_parameter(name, *value));
  return std::optional(wanted);
}

/// The terms for several verbs, or activities, of which one must fit; a single one is a term that
/// the store looks for.
Result<void> add_terms(Selection& selection, const xapi::Parameters& parameters, xapi::Ids ids,
                       std::string_view name) {
  xapi::Terms terms;
  for (auto& value : all_values_of(parameters, name)) {
    xapi::Parameters one{{std::string(name), std::move(value)}};
    if (const auto related = xapi::value_of(parameters, "related_activities"))
      one.emplace_back("related_activities", std::string(*related));
    TRY(auto query, xapi::parse_statement_query(one, ids));
    for (auto& term : query.filter) terms.push_back(std::move(term));
  }
  if (terms.size() == 1)
    selection.all_of.push_back(std::move(terms.front()));
  else if (!terms.empty())
    selection.any_of.push_back(std::move(terms));
  return {};
}

bool holds(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || is_one_of(value, wanted);
}

bool holds_any(const std::vector<std::string>& wanted,
               const std::vector<std::string_view>& values) {
  return wanted.empty() || std::ranges::any_of(values, [&](std::string_view value) {
           return is_one_of(value, wanted);
         });
}

}  // namespace

bool Selection::asks_for_facts() const {
  return (clock == Clock::timestamp && (since || until)) || !activity_types.empty() ||
         !parents.empty() || !courses.empty() || !platforms.empty() || !languages.empty() ||
         success || completion;
}

bool Selection::matches(const xapi::Facts& facts, Time stored) const {
  if (clock == Clock::timestamp) {
    const Time at = facts.timestamp.value_or(stored);
    if ((since && at <= *since) || (until && at > *until)) return false;
  }
  return holds(activity_types, facts.activity_type) && holds_any(parents, facts.parents) &&
         holds_any(courses, facts.courses) && holds(platforms, facts.platform) &&
         holds(languages, facts.language) && (!success || facts.success == success) &&
         (!completion || facts.completion == completion);
}

Result<Selection> read_selection(const xapi::Parameters& parameters, xapi::Ids ids,
                                 std::initializer_list<std::string_view> more) {
  RETURN_IF_ERROR(check_names(parameters, more));
  xapi::Parameters plain;
  for (const auto& one : parameters)
    if (is_one_of(std::string_view(one.first), standard)) plain.push_back(one);
  TRY(auto query, xapi::parse_statement_query(plain, ids));
  Selection selection;
  selection.all_of = std::move(query.filter);
  selection.since = query.since;
  selection.until = query.until;
  selection.mine = query.mine;
  RETURN_IF_ERROR(add_terms(selection, parameters, ids, "verb"));
  RETURN_IF_ERROR(add_terms(selection, parameters, ids, "activity"));
  selection.activity_types = all_values_of(parameters, "activity_type");
  selection.parents = all_values_of(parameters, "parent");
  selection.courses = all_values_of(parameters, "course");
  selection.platforms = all_values_of(parameters, "platform");
  selection.languages = all_values_of(parameters, "language");
  TRY(selection.success, flag(parameters, "success"));
  TRY(selection.completion, flag(parameters, "completion"));
  if (const auto clock = xapi::value_of(parameters, "clock")) {
    if (*clock != "stored" && *clock != "timestamp")
      return fail(Code::invalid, "The parameter `clock` must be `stored` or `timestamp`");
    if (*clock == "timestamp") selection.clock = Clock::timestamp;
  }
  return selection;
}

}  // namespace lectern::lrs
