#include "xapi/language.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "xapi/formats.h"

namespace lectern::xapi {
namespace {

using json::Value;

/// Languages of one header that are looked at: the most wanted ones.
constexpr std::size_t languages_max = 32;

/// Takes off and returns what stands before the next separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/// `*`, or parts of one to eight letters, behind the first dash also digits (RFC 4647, 2.1).
bool is_range(std::string_view text) {
  if (text == "*") return true;
  if (text.empty() || text.back() == '-') return false;
  const std::string_view language = text.substr(0, text.find('-'));
  if (!std::all_of(language.begin(), language.end(), is_letter)) return false;
  while (!text.empty()) {
    const std::string_view part = take_until(text, '-');
    if (part.empty() || part.size() > 8) return false;
    if (!std::all_of(part.begin(), part.end(), is_alphanumeric)) return false;
  }
  return true;
}

/// The weight in thousandths: `0`, `1`, `0.5`, at most three digits behind the point.
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1'))
    return std::nullopt;
  int weight = (text.front() - '0') * 1000;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return std::nullopt;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return std::nullopt;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= 1000 ? std::optional<int>(weight) : std::nullopt;
}

/// Whether the tag is the range, or begins with it and a dash.
bool fits(std::string_view tag, std::string_view range) {
  if (tag.size() < range.size() || !equal_without_case(tag.substr(0, range.size()), range))
    return false;
  return tag.size() == range.size() || tag[range.size()] == '-';
}

/// Without the last part, and without a single letter then at its end: `zh-Hant-x-y` to `zh-Hant`.
std::string_view shortened(std::string_view range) {
  const auto cut = [&] {
    const std::size_t dash = range.rfind('-');
    range = dash == std::string_view::npos ? std::string_view() : range.substr(0, dash);
  };
  cut();
  if (range.size() >= 2 && range[range.size() - 2] == '-') cut();
  return range;
}

/// How much a tag is wanted. Greater is better.
struct Fit {
  int weight = -1;                 // of the longest range that fits; -1: none does
  std::ptrdiff_t earlier = -1000;  // minus the place of that range; `*` comes last
  bool exact = false;

  auto operator<=>(const Fit&) const = default;
};

Fit fit_of(std::string_view tag, const std::vector<LanguageRange>& languages) {
  Fit fit;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < languages.size(); ++i) {
    const auto& [range, weight] = languages[i];
    if (range == "*" && longest == 0 && fit.weight < 0) fit.weight = weight;
    if (range == "*" || range.size() <= longest || !fits(tag, range)) continue;
    longest = range.size();
    fit = {weight, -static_cast<std::ptrdiff_t>(i), tag.size() == range.size()};
  }
  return fit;
}

/// The entry that the ranges fit when they are shortened; nothing when none does.
std::optional<Value> looked_up(Value map, const std::vector<LanguageRange>& languages) {
  for (const auto& [range, weight] : languages) {
    if (weight == 0) continue;
    for (auto part = shortened(range); !part.empty(); part = shortened(part)) {
      std::optional<Value> longer;
      for (const Value entry : map.children()) {
        if (!fits(entry.key(), part) || fit_of(entry.key(), languages).weight == 0) continue;
        if (entry.key().size() == part.size()) return entry;
        if (!longer) longer = entry;
      }
      if (longer) return longer;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<LanguageRange> parse_accept_language(std::string_view header) {
  struct Wanted {
    std::string_view range;
    int weight;
  };
  std::vector<Wanted> all;
  while (!header.empty()) {
    std::string_view one = take_until(header, ',');
    const std::string_view range = trimmed(take_until(one, ';'));
    std::optional<int> weight = 1000;
    if (const std::string_view parameter = trimmed(one); !parameter.empty()) {
      const bool is_weight = parameter.starts_with("q=") || parameter.starts_with("Q=");
      weight = is_weight ? read_weight(parameter.substr(2)) : std::nullopt;
    }
    if (weight && is_range(range)) all.push_back({range, *weight});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Wanted& a, const Wanted& b) { return a.weight > b.weight; });
  if (all.size() > languages_max) all.erase(all.begin() + languages_max, all.end());
  std::vector<LanguageRange> out;
  out.reserve(all.size());
  for (const Wanted& one : all) out.push_back({std::string(one.range), one.weight});
  return out;
}

Value best_entry(Value map, const std::vector<LanguageRange>& languages) {
  std::optional<Value> best, unwanted;
  Fit best_fit;
  for (const Value entry : map.children()) {
    const Fit fit = fit_of(entry.key(), languages);
    if (fit.weight == 0 && !unwanted) unwanted = entry;
    if (fit.weight == 0 || (best && fit <= best_fit)) continue;
    best = entry;
    best_fit = fit;
  }
  const bool is_named = best && best_fit.earlier > Fit().earlier;
  if (!is_named)
    if (const auto entry = looked_up(map, languages)) return *entry;
  return best ? *best : *unwanted;
}

}  // namespace lectern::xapi
