#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lectern::lrs {

/// How numbers are spread: their mean, least, greatest and sum; and percentiles, where asked for.
/// These are exact for up to exact_max numbers, and beyond while no more than different_max of
/// them differ, as scores do; else each is within relative_error of a number that was there, and
/// there is a counter for each hundredth part between the least and the greatest of them in place
/// of the numbers. 2 MiB at most.
class Spread {
 public:
  static constexpr std::size_t exact_max = 100'000;
  static constexpr std::size_t different_max = 49'152;
  static constexpr double relative_error = 0.005;

  /// Takes a finite number in; it is kept for percentiles if `keep`. Adds the bytes of memory that
  /// this takes to `grown`.
  void add(double number, bool keep, std::size_t& grown) {
    least_ = count_ == 0 ? number : std::min(least_, number);
    greatest_ = count_ == 0 ? number : std::max(greatest_, number);
    ++count_;
    add_to_sum(number);
    if (keep) keep_number(number, 1, grown);
  }
  /// Takes in what another one has.
  void merge(const Spread& other, std::size_t& grown);

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

 private:
  void add_to_sum(double number) {
    const double next = sum_ + number;
    lost_ += std::abs(sum_) >= std::abs(number) ? (sum_ - next) + number : (number - next) + sum_;
    sum_ = next;
  }
  /// One of the numbers that differ, and how often it was there; free: never.
  struct Slot {
    double number = 0;
    std::uint64_t times = 0;
  };

  void keep_number(double number, std::uint64_t times, std::size_t& grown);
  void count_differing(double number, std::uint64_t times, std::size_t& grown);
  void make_slots(std::size_t& grown);
  void move_to_counters(std::size_t& grown);
  std::vector<Slot> in_order() const;
  void count_in(std::int32_t key, std::uint64_t times, std::size_t& grown);
  double estimate(double rank) const;

  std::uint64_t count_ = 0;
  double sum_ = 0, lost_ = 0, least_ = 0, greatest_ = 0;
  // What is kept lies in one of these.
  mutable std::vector<double> numbers_;  // in any order
  std::vector<Slot> slots_;              // open addressing
  std::size_t differing_ = 0;            // slots that are taken
  std::vector<std::uint64_t> counters_;  // by key, from first_key_ on
  std::int32_t first_key_ = 0;
};

}  // namespace lectern::lrs
