#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "pipeline/line_run.h"

namespace lectern::pipeline {

/// Refused records, summed up by rule and by who sent them. Keeps 1,000 of each; others are counted
/// together. One thread.
class RefusalReport {
 public:
  /// Counts a record that was refused.
  void add(const RefusedRecord& refused);

  /// One JSON object: counts, `rules` and `sources`, the most frequent first.
  std::string json(const LineRunTotals& totals) const;
  /// The ten most frequent rules and sources, for a terminal.
  std::string table() const;

 private:
  struct Rule {
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;
    std::string example;  // a message
  };
  using RuleKey = std::tuple<std::string, std::string>;    // rule, pointer
  using SourceKey = std::tuple<std::string, std::string>;  // verb or event type, platform

  std::map<RuleKey, Rule> rules_;
  std::map<SourceKey, std::uint64_t> sources_;
  std::uint64_t other_rules_ = 0, other_sources_ = 0;
};

}  // namespace lectern::pipeline
