#include "lrs/statistics/spread.h"

#include <algorithm>
#include <cmath>

namespace lectern::lrs {
namespace {

/// Neighbouring counters are so far from each other.
constexpr double ratio = (1 + Spread::relative_error) / (1 - Spread::relative_error);
/// What is nearer to zero counts as zero.
constexpr double least_magnitude = 1e-9;
constexpr int zero_key = 0;

int key_of(double number) {
  const double magnitude = std::abs(number);
  if (magnitude < least_magnitude) return zero_key;
  static const double scale = 1 / std::log(ratio);
  static const double least = std::log(least_magnitude);
  const int key = 1 + static_cast<int>(std::ceil((std::log(magnitude) - least) * scale));
  return number < 0 ? -key : key;
}

double number_of(int key) {
  if (key == zero_key) return 0;
  const double magnitude = least_magnitude * std::pow(ratio, std::abs(key) - 1) * 2 / (1 + ratio);
  return key < 0 ? -magnitude : magnitude;
}

}  // namespace

void Spread::add(double number, bool keep) {
  least_ = count_ == 0 ? number : std::min(least_, number);
  greatest_ = count_ == 0 ? number : std::max(greatest_, number);
  ++count_;
  const double next = sum_ + number;
  lost_ += std::abs(sum_) >= std::abs(number) ? (sum_ - next) + number : (number - next) + sum_;
  sum_ = next;
  if (!keep) return;
  if (!exact()) return count_in(number);
  numbers_.push_back(number);
  if (numbers_.size() <= exact_max) return;
  for (const double one : numbers_) count_in(one);
  std::vector<double>().swap(numbers_);
}

void Spread::count_in(double number) { ++counters_[key_of(number)]; }

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
  if (numbers_.empty() && counters_.empty()) return std::nullopt;
  const double rank = static_cast<double>(count_ - 1) * hundredths / 100;
  if (!exact()) return std::clamp(estimate(rank), least_, greatest_);
  std::sort(numbers_.begin(), numbers_.end());
  const auto below = static_cast<std::size_t>(rank);
  const double low = numbers_[below];
  const double high = numbers_[std::min(below + 1, numbers_.size() - 1)];
  return low + (high - low) * (rank - static_cast<double>(below));
}

double Spread::estimate(double rank) const {
  std::uint64_t seen = 0;
  for (const auto& [key, count] : counters_) {
    seen += count;
    if (static_cast<double>(seen) > rank) return number_of(key);
  }
  return greatest_;
}

std::size_t Spread::bytes() const { return numbers_.capacity() * 8 + counters_.size() * 48; }

}  // namespace lectern::lrs
