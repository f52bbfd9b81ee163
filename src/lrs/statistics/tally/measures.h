#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lrs/statistics/columns/fact_columns.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/tally/distinct_codes.h"
#include "lrs/statistics/tally/score_keys.h"
#include "lrs/statistics/tally/spread.h"

namespace lectern::lrs {

/// What measures take of statements, of each of several groups. One thread at a time.
class Measures {
 public:
  /// Of all measures of a question, of so many groups to begin with.
  explicit Measures(const Question& question, std::size_t groups = 0);

  /// Counts rows of a block, each in its group; there are `groups` of them. Adds the bytes of
  /// memory that this takes to `grown`.
  void add(const FactColumns& columns, const FactBlock& block, std::span<const std::uint32_t> rows,
           std::span<const std::uint32_t> group_of_row, std::size_t groups, std::size_t& grown);
  /// Takes in what another one has of rows whose registrations are not here, or that have none:
  /// `group_of` has its groups' numbers here. Nothing can be added any more.
  void merge(const Measures& other, std::span<const std::uint32_t> group_of, std::size_t groups,
             const FactColumns& columns, std::size_t& grown);

  /// A measure of a group: finite; nothing where there is nothing to measure, or a sum is beyond
  /// what a double holds.
  std::optional<double> value(const Measure& measure, std::size_t group) const;
  /// Whether percentiles of the group are no estimates.
  bool exact(std::size_t group) const;

 private:
  /// How many said nothing, false and true.
  struct Said {
    std::array<std::uint64_t, 3> success{}, completion{};
  };
  struct Needs {
    bool said = false, actors = false, activities = false, registrations = false, scores = false,
         scaled_kept = false, raw_kept = false, durations = false, durations_kept = false;
  };

  void make_room(std::size_t groups, std::size_t& grown);
  void add_scores(const FactBlock& block, std::span<const std::uint32_t> rows,
                  std::span<const std::uint32_t> group_of_row, std::size_t& grown);
  void add_durations(const FactBlock& block, std::span<const std::uint32_t> rows,
                     std::span<const std::uint32_t> group_of_row, std::size_t& grown);
  const Spread& spread(Quantity quantity, std::size_t group) const;

  Needs needs_;
  std::size_t groups_ = 0;
  // By group, those that are needed.
  std::vector<std::uint64_t> counts_;
  std::vector<Said> said_;
  std::vector<DistinctCodes> actors_, activities_, registrations_;
  std::vector<Spread> scaled_, raw_, durations_;
  /// Scores of registrations, each once in a group: one is sent with several statements.
  ScoreKeys scores_;
  struct Scored {
    std::uint32_t row, group;
  };
  std::vector<Scored> scored_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint8_t> is_new_;
};

}  // namespace lectern::lrs
