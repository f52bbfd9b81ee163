#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace lectern::lrs {

/// How numbers are spread: their mean, least, greatest and sum; and percentiles, where asked for.
/// These are exact for up to exact_max numbers; beyond, each is within relative_error of a number
/// that was there, and about 6,000 counters are kept in place of the numbers.
class Spread {
 public:
  static constexpr std::size_t exact_max = 100'000;
  static constexpr double relative_error = 0.005;

  /// Takes a finite number in; it is kept for percentiles if `keep`.
  void add(double number, bool keep);

  std::uint64_t count() const { return count_; }
  /// The sum, with the digits kept that adding one by one would lose.
  double sum() const { return sum_ + lost_; }
  /// Nothing of no numbers.
  std::optional<double> mean() const;
  std::optional<double> least() const;
  std::optional<double> greatest() const;
  /// The number below which so many hundredths lie, between two numbers by their distance (as
  /// spreadsheets' PERCENTILE.INC and numpy have it). Nothing of no numbers.
  std::optional<double> percentile(int hundredths) const;
  /// Whether percentile() is no estimate.
  bool exact() const { return counters_.empty(); }
  /// Memory that it takes, about.
  std::size_t bytes() const;

 private:
  void count_in(double number);
  double estimate(double rank) const;

  std::uint64_t count_ = 0;
  double sum_ = 0, lost_ = 0, least_ = 0, greatest_ = 0;
  mutable std::vector<double> numbers_;    // sorted when asked
  std::map<int, std::uint64_t> counters_;  // by the logarithm, negative ones mirrored
};

}  // namespace lectern::lrs
