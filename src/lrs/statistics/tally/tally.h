#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "base/time/time_zone.h"
#include "lrs/statistics/columns/fact_columns.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/tally/buckets.h"
#include "lrs/statistics/tally/group_numbers.h"
#include "lrs/statistics/tally/measures.h"

namespace lectern::lrs {

/// The answer to a question.
struct Statistics {
  /// A measure's value; nothing where there was nothing to measure.
  using Value = std::optional<double>;  ///< finite
  /// What was told of all statements of one group, or of all.
  struct Group {
    std::vector<std::optional<std::string>> keys;   ///< by `by`; nothing: not there
    std::vector<std::optional<std::string>> names;  ///< by `by`, where names were asked for
    std::vector<Value> values;                      ///< by `measures`
  };

  Time through;                          ///< true of everything that was stored up to here
  Group totals;                          ///< of all statements, each counted once; without keys
  std::vector<Group> groups;             ///< in the order of keys; with `top` the greatest first
  std::size_t groups_in_all = 0;         ///< also those that `top` left out
  std::size_t ties = 0;                  ///< how many that were left out equal the last one
  std::uint64_t scores_left_out = 0;     ///< that say nothing (xapi/facts.h)
  std::uint64_t durations_left_out = 0;  ///< likewise
  bool estimated_percentiles = false;    ///< a percentile is an estimate
};

/// Puts statements into groups and measures them, column by column. Holds groups_max groups at
/// most, and says each time how much more memory it takes. One thread at a time.
class Tally {
 public:
  static constexpr std::size_t groups_max = 100'000;
  /// Takes so many bytes more, or has an Error in their place.
  using Grow = std::function<Result<void>(std::uint64_t bytes)>;

  /// What it views outlives it.
  Tally(const Question& question, const TimeZone& zone, const FactColumns& columns, Grow grow);

  /// Counts rows of the columns' block with that number. Errors: too_large, beyond groups_max;
  /// those of Grow.
  Result<void> add(std::size_t block, std::span<const std::uint32_t> rows);
  /// Takes in what another one has counted of the same question and columns, where no row has a
  /// registration that one has here. After it nothing can be added. Errors: as of add().
  Result<void> merge(const Tally& other);
  /// What came out of it. Errors: those of Grow, which is asked for what the groups' keys take here
  /// and in the answer.
  Result<Statistics> finish() const;

 private:
  struct Ranked {
    std::size_t group;
    Statistics::Value value;  // of the first measure
  };

  Result<void> add_some(const FactBlock& block, std::span<const std::uint32_t> rows);
  void count_left_out(const FactBlock& block, std::span<const std::uint32_t> rows);
  void find_keys(const FactBlock& block, std::span<const std::uint32_t> rows);
  void find_courses(const FactBlock& block, std::span<const std::uint32_t> rows);
  Result<void> charge(std::size_t grown);
  std::vector<Ranked> ranked() const;
  bool less(std::size_t a, std::size_t b) const;
  std::int64_t bucket(std::size_t dimension, std::size_t group) const;
  std::string_view text(std::size_t dimension, std::size_t group) const;
  std::uint64_t told_bytes(std::size_t group) const;
  Statistics::Group told(std::size_t group) const;

  const Question& question_;
  const TimeZone& zone_;
  const FactColumns& columns_;
  const Grow grow_;
  bool tells_scores_ = false, tells_durations_ = false;
  Measures totals_, measures_;
  GroupNumbers groups_;
  std::vector<std::unique_ptr<BucketNumbers>> buckets_;  // by dimension, of those that are time
  std::uint64_t scores_left_out_ = 0, durations_left_out_ = 0;
  // Of the rows that are being counted; one with several courses is there several times.
  std::vector<std::uint32_t> rows_, row_groups_;
  GroupNumbers::Codes codes_;
};

}  // namespace lectern::lrs
