#include "lrs/statistics/tally/spread.h"

#include <bit>

namespace lectern::lrs {
namespace {

/// What a double's bits begin with: its power of two, and 128 parts between that and the next. So
/// the middle of a part is within 1/256 of all that is in it.
constexpr int part_bits = 7;
constexpr int cut_bits = 52 - part_bits;
/// What is nearer to zero counts as zero.
constexpr double least_magnitude = 1e-9;
constexpr std::int32_t zero_key = 0;

std::int32_t part_of(double magnitude) {
  return static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(magnitude) >> cut_bits);
}

/// Keys are in the order of their numbers.
std::int32_t key_of(double number) {
  const double magnitude = std::abs(number);
  if (magnitude < least_magnitude) return zero_key;
  const std::int32_t key = part_of(magnitude) - part_of(least_magnitude) + 1;
  return number < 0 ? -key : key;
}

double number_of(std::int32_t key) {
  if (key == zero_key) return 0;
  const auto part = static_cast<std::uint64_t>(std::abs(key) - 1 + part_of(least_magnitude));
  const double middle =
      std::bit_cast<double>((part << cut_bits) | (std::uint64_t{1} << (cut_bits - 1)));
  return key < 0 ? -middle : middle;
}

}  // namespace

void Spread::keep_number(double number, std::size_t& grown) {
  if (!exact()) return count_in(key_of(number), 1, grown);
  const auto room = numbers_.capacity();
  numbers_.push_back(number);
  grown += (numbers_.capacity() - room) * sizeof(double);
  if (numbers_.size() > exact_max) count_numbers(grown);
}

void Spread::count_numbers(std::size_t& grown) {
  for (const double one : numbers_) count_in(key_of(one), 1, grown);
  std::vector<double>().swap(numbers_);
}

void Spread::count_in(std::int32_t key, std::uint64_t times, std::size_t& grown) {
  // Some more than is needed, so that rising numbers do not move all of them each time.
  constexpr std::int32_t more = 512;
  if (counters_.empty()) first_key_ = key;
  const auto size = static_cast<std::int32_t>(counters_.size());
  const auto before = counters_.size();
  if (key < first_key_) {
    const std::int32_t first = key - more;
    counters_.insert(counters_.begin(), static_cast<std::size_t>(first_key_ - first), 0);
    first_key_ = first;
  } else if (key >= first_key_ + size) {
    counters_.resize(static_cast<std::size_t>(key - first_key_ + more));
  }
  grown += (counters_.size() - before) * sizeof(std::uint64_t);
  counters_[static_cast<std::size_t>(key - first_key_)] += times;
}

void Spread::merge(const Spread& other, std::size_t& grown) {
  if (other.count_ == 0) return;
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  greatest_ = count_ == 0 ? other.greatest_ : std::max(greatest_, other.greatest_);
  count_ += other.count_;
  add_to_sum(other.sum_);
  lost_ += other.lost_;
  for (const double one : other.numbers_) keep_number(one, grown);
  if (other.exact()) return;
  count_numbers(grown);
  for (std::size_t i = 0; i < other.counters_.size(); ++i)
    if (other.counters_[i] > 0)
      count_in(other.first_key_ + static_cast<std::int32_t>(i), other.counters_[i], grown);
}

std::optional<double> Spread::mean() const {
  return count_ == 0 ? std::nullopt : std::optional(sum() / static_cast<double>(count_));
}

std::optional<double> Spread::least() const {
  return count_ == 0 ? std::nullopt : std::optional(least_);
}

std::optional<double> Spread::greatest() const {
  return count_ == 0 ? std::nullopt : std::optional(greatest_);
}

std::optional<double> Spread::percentile(int hundredths) const {
  if (numbers_.empty() && exact()) return std::nullopt;
  const double rank = static_cast<double>(count_ - 1) * hundredths / 100;
  if (!exact()) return std::clamp(estimate(rank), least_, greatest_);
  const auto below = static_cast<std::ptrdiff_t>(rank);
  const auto at = numbers_.begin() + below;
  std::nth_element(numbers_.begin(), at, numbers_.end());
  const auto above = at + 1 == numbers_.end() ? at : std::min_element(at + 1, numbers_.end());
  return *at + (*above - *at) * (rank - static_cast<double>(below));
}

double Spread::estimate(double rank) const {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    seen += counters_[i];
    if (static_cast<double>(seen) > rank)
      return number_of(first_key_ + static_cast<std::int32_t>(i));
  }
  return greatest_;
}

}  // namespace lectern::lrs
