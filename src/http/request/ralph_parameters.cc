#include "http/request/ralph_parameters.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.h"
#include "xapi/ralph_statement.h"

namespace lectern::http {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& all, std::string_view text) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

constexpr auto booleans =
    std::to_array<std::string_view>({"related_activities", "related_agents", "attachments",
                                     "ascending", "mine", "partialSuccess", "ignoreInvalid"});
constexpr auto instants = std::to_array<std::string_view>({"since", "until"});
constexpr auto droppable_if_empty =
    std::to_array<std::string_view>({"statementId", "voidedStatementId", "verb", "activity"});

void keep_last_of_each(xapi::Parameters& parameters) {
  xapi::Parameters kept;
  for (auto& [name, value] : parameters) {
    const auto same = std::find_if(kept.begin(), kept.end(),
                                   [&](const auto& other) { return other.first == name; });
    if (same == kept.end())
      kept.emplace_back(std::move(name), std::move(value));
    else
      same->second = std::move(value);
  }
  parameters = std::move(kept);
}

void spell_boolean(std::string& value) {
  constexpr auto yes = std::to_array<std::string_view>({"1", "yes", "on", "t", "y", "true"});
  constexpr auto no = std::to_array<std::string_view>({"0", "no", "off", "f", "n", "false"});
  std::string word = value;
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (is_one_of(yes, word)) value = "true";
  if (is_one_of(no, word)) value = "false";
}

void spell_count(std::string& value) {
  const std::size_t point = value.find('.');
  if (point != std::string::npos && point > 0 && point + 1 < value.size() &&
      value.find_first_not_of('0', point + 1) == std::string::npos)
    value.resize(point);
}

/// Seconds since 1970, milliseconds where there are more than 2e10, with a fraction of which six
/// digits count. Nothing for what is no such number or lies behind the year 9999.
std::optional<Time> epoch_time(std::string_view text) {
  constexpr std::size_t digits_max = 16;
  constexpr std::int64_t seconds_max = 20'000'000'000;
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  if (whole.size() + fraction.size() == 0 || whole.size() > digits_max ||
      (std::string(whole) + fraction).find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  fraction.resize(6, '0');
  const std::int64_t count = whole.empty() ? 0 : std::stoll(std::string(whole));
  const std::int64_t millionths = std::stoll(fraction);
  const std::int64_t micros =
      count > seconds_max ? count * 1000 + millionths / 1000 : count * 1'000'000 + millionths;
  const Time time{std::chrono::microseconds{negative ? -micros : micros}};
  return time < *parse_time("9999-12-31T24:00Z") && time >= *parse_time("0001-01-01T00:00Z")
             ? std::optional(time)
             : std::nullopt;
}

/// As pydantic reads date and time: a number since 1970, a date, `_` for T, the zone -00:00.
void spell_instant(std::string& value) {
  constexpr std::size_t joint = 10;  // behind 2026-11-24
  if (const auto time = epoch_time(value)) value = utc_text(*time);
  if (value.size() > joint && value[joint] == '_') value[joint] = 'T';
  if (value.ends_with("-0000")) value.insert(value.size() - 2, ":");
  if (const auto time = xapi::ralph_time(value)) value = utc_text(*time);
}

/// What Ralph lets pass beside an id because it selects nothing.
bool selects_nothing(std::string_view name, std::string_view value) {
  return name == "limit" || name == "ascending" || (is_one_of(booleans, name) && value == "false");
}

}  // namespace

void spell_as_standard(xapi::Parameters& parameters) {
  keep_last_of_each(parameters);
  for (auto& [name, value] : parameters) {
    if (is_one_of(booleans, name)) spell_boolean(value);
    if (is_one_of(instants, name)) spell_instant(value);
    if (name == "limit") spell_count(value);
  }
  std::erase_if(parameters, [](const auto& one) {
    return one.second.empty() && is_one_of(droppable_if_empty, one.first);
  });
  const bool by_id =
      xapi::value_of(parameters, "statementId") || xapi::value_of(parameters, "voidedStatementId");
  if (by_id)
    std::erase_if(parameters, [](const auto& one) {
      return selects_nothing(one.first, one.second) && one.first != "attachments";
    });
}

}  // namespace lectern::http
