#include "lrs/statistics/fact_row.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>

#include "base/text.h"
#include "lrs/statistics/distinct_count.h"

namespace lectern::lrs {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::int8_t said(const std::optional<bool>& value) {
  if (!value) return -1;
  return *value ? 1 : 0;
}

}  // namespace

std::uint64_t registration_hash(std::string_view text) {
  const auto hash = std::hash<std::string>{}(lower_case(text));
  return std::max<std::uint64_t>(1, mixed(hash));
}

FactRow row_of(const xapi::Facts& facts, Time at, Dictionary& dictionary,
               std::vector<std::uint32_t>& courses) {
  FactRow row;
  row.at = at;
  row.verb = dictionary.add(facts.verb);
  row.activity = dictionary.add(facts.activity);
  row.activity_type = dictionary.add(facts.activity_type);
  row.actor = dictionary.add(facts.actor);
  row.authority = dictionary.add(facts.authority);
  row.platform = dictionary.add(facts.platform);
  row.language = dictionary.add(facts.language);
  row.version = dictionary.add(facts.version);
  courses.clear();
  for (const auto course : facts.courses) courses.push_back(dictionary.add(course));
  row.courses = courses;
  if (!facts.registration.empty()) row.registration = registration_hash(facts.registration);
  row.scaled = facts.scaled.value_or(none);
  row.raw = facts.raw.value_or(none);
  row.duration_s = facts.duration_s.value_or(none);
  row.success = said(facts.success);
  row.completion = said(facts.completion);
  row.score_says_nothing = facts.score_says_nothing;
  row.duration_says_nothing = facts.duration_says_nothing;
  return row;
}

}  // namespace lectern::lrs
