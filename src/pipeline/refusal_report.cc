#include "pipeline/refusal_report.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"

namespace lectern::pipeline {
namespace {

constexpr std::size_t entries_max = 1000;
constexpr std::size_t shown_in_table = 10;
constexpr std::size_t text_bytes_max = 200;

/// `/object/definition/choices/*/id`: an index says nothing of the kind of a fault.
std::string without_indexes(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const auto part = pointer.substr(1, end - 1);
    const bool index = !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isdigit(c) != 0;
    });
    out += '/';
    out += index ? "*" : part;
    pointer.remove_prefix(end);
  }
  return out;
}

std::string cut(std::string text) {
  if (text.size() <= text_bytes_max) return text;
  std::size_t end = text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

/// The first of these paths at which the record has a text.
template <std::size_t Count>
std::string text_at(json::Value record, const std::array<std::string_view, Count>& paths) {
  for (std::string_view path : paths) {
    std::optional<json::Value> value = record;
    while (value && !path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      value = value->is(json::Type::object) ? value->find(path.substr(0, end)) : std::nullopt;
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    if (value && value->is(json::Type::string) && !value->string().empty())
      return cut(std::string(value->string()));
  }
  return "";
}

constexpr std::array<std::string_view, 2> kinds = {"verb/id", "event_type"};
constexpr std::array<std::string_view, 3> platforms = {"context/platform", "actor/account/homePage",
                                                       "host"};

template <typename Map, typename Count>
auto most_frequent_first(const Map& map, Count count) {
  std::vector<const typename Map::value_type*> all;
  for (const auto& entry : map) all.push_back(&entry);
  std::stable_sort(all.begin(), all.end(), [&](const auto* left, const auto* right) {
    return count(left->second) > count(right->second);
  });
  return all;
}

constexpr auto count_of_rule = [](const auto& rule) { return rule.count; };
constexpr auto count_of_source = [](std::uint64_t count) { return count; };

}  // namespace

void RefusalReport::add(const RefusedRecord& refused) {
  RuleKey key{cut(refused.refusal.rule), cut(without_indexes(refused.refusal.pointer))};
  if (rules_.size() >= entries_max && rules_.find(key) == rules_.end()) {
    ++other_rules_;
  } else {
    auto& rule = rules_[std::move(key)];
    if (rule.count++ == 0) {
      rule.first_line = refused.line;
      rule.example = cut(refused.refusal.message);
    }
  }
  SourceKey source;
  if (const auto document = json::parse_view(refused.record, {.bounded = false, .lenient = true}))
    source = {text_at((*document)->root(), kinds), text_at((*document)->root(), platforms)};
  if (sources_.size() >= entries_max && sources_.find(source) == sources_.end())
    ++other_sources_;
  else
    ++sources_[std::move(source)];
}

std::string RefusalReport::json(const LineRunTotals& totals) const {
  json::Writer out;
  out.object().member("records", totals.records).member("refused", totals.refused);
  out.member("unknown", totals.unknown).key("rules").array();
  for (const auto* entry : most_frequent_first(rules_, count_of_rule)) {
    const auto& [key, rule] = *entry;
    out.object().member("rule", std::get<0>(key)).member("pointer", std::get<1>(key));
    out.member("count", rule.count).member("first_line", rule.first_line);
    out.member("example", rule.example).end();
  }
  out.end().member("other_rules", other_rules_).key("sources").array();
  for (const auto* entry : most_frequent_first(sources_, count_of_source)) {
    const auto& [key, count] = *entry;
    out.object().member("verb", std::get<0>(key)).member("platform", std::get<1>(key));
    out.member("count", count).end();
  }
  return out.end().member("other_sources", other_sources_).end().line().take();
}

std::string RefusalReport::table() const {
  std::string out;
  std::size_t shown = 0;
  for (const auto* entry : most_frequent_first(rules_, count_of_rule)) {
    if (shown++ == shown_in_table) break;
    out += fmt::format("{:>10}  {} {}: {}\n", entry->second.count, std::get<0>(entry->first),
                       std::get<1>(entry->first), entry->second.example);
  }
  shown = 0;
  for (const auto* entry : most_frequent_first(sources_, count_of_source)) {
    if (shown++ == shown_in_table) break;
    out += fmt::format("{:>10}  from {} on {}\n", entry->second, std::get<0>(entry->first),
                       std::get<1>(entry->first));
  }
  return out;
}

}  // namespace lectern::pipeline
