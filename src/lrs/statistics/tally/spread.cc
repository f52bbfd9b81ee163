#include "lrs/statistics/tally/spread.h"

#include <bit>
#include <utility>

#include "lrs/statistics/columns/mixed.h"

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

void Spread::keep_number(double number, std::uint64_t times, std::size_t& grown) {
  if (!exact()) return count_in(key_of(number), times, grown);
  if (!slots_.empty()) return count_differing(number, times, grown);
  if (times == 1 && numbers_.size() < exact_max) {
    const auto room = numbers_.capacity();
    numbers_.push_back(number);
    grown += (numbers_.capacity() - room) * sizeof(double);
    return;
  }
  make_slots(grown);
  for (const double one : std::exchange(numbers_, {})) keep_number(one, 1, grown);
  keep_number(number, times, grown);
}

void Spread::count_differing(double number, std::uint64_t times, std::size_t& grown) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = mixed(std::bit_cast<std::uint64_t>(number + 0.0)) & mask;  // -0 is 0
  while (slots_[at].times > 0 && slots_[at].number != number) at = (at + 1) & mask;
  if (slots_[at].times > 0) {
    slots_[at].times += times;
    return;
  }
  if (differing_ == different_max) {
    move_to_counters(grown);
    return count_in(key_of(number), times, grown);
  }
  slots_[at] = {number, times};
  if (++differing_ * 4 > slots_.size() * 3) make_slots(grown);
}

/// Room for twice as many numbers.
void Spread::make_slots(std::size_t& grown) {
  constexpr std::size_t slots_min = 256;
  const auto old = std::exchange(slots_, std::vector<Slot>(std::max(slots_min, slots_.size() * 2)));
  grown += (slots_.size() - old.size()) * sizeof(Slot);
  differing_ = 0;
  for (const auto& slot : old)
    if (slot.times > 0) count_differing(slot.number, slot.times, grown);
}

void Spread::move_to_counters(std::size_t& grown) {
  for (const double one : std::exchange(numbers_, {})) count_in(key_of(one), 1, grown);
  for (const auto& slot : std::exchange(slots_, {}))
    if (slot.times > 0) count_in(key_of(slot.number), slot.times, grown);
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
  for (const double one : other.numbers_) keep_number(one, 1, grown);
  for (const auto& slot : other.slots_)
    if (slot.times > 0) keep_number(slot.number, slot.times, grown);
  if (other.exact()) return;
  move_to_counters(grown);
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

/// The numbers that differ, and how often each was there.
std::vector<Spread::Slot> Spread::in_order() const {
  std::vector<Slot> out;
  for (const auto& slot : slots_)
    if (slot.times > 0) out.push_back(slot);
  std::sort(out.begin(), out.end(),
            [](const Slot& a, const Slot& b) { return a.number < b.number; });
  return out;
}

std::optional<double> Spread::percentile(int hundredths) const {
  if (numbers_.empty() && slots_.empty() && exact()) return std::nullopt;
  const double rank = static_cast<double>(count_ - 1) * hundredths / 100;
  if (!exact()) return std::clamp(estimate(rank), least_, greatest_);
  const auto below = static_cast<std::uint64_t>(rank);
  double low = 0, high = 0;
  if (slots_.empty()) {
    const auto at = numbers_.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(numbers_.begin(), at, numbers_.end());
    low = *at;
    high = at + 1 == numbers_.end() ? low : *std::min_element(at + 1, numbers_.end());
  } else {
    const auto slots = in_order();
    std::uint64_t seen = 0;
    auto at = slots.begin();
    while ((seen += at->times) <= below) ++at;
    low = at->number;
    high = seen > below + 1 || at + 1 == slots.end() ? low : (at + 1)->number;
  }
  return low + (high - low) * (rank - static_cast<double>(below));
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
