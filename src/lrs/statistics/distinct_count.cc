#include "lrs/statistics/distinct_count.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace lectern::lrs {
namespace {

constexpr int register_bits = 14;
constexpr std::size_t register_count = std::size_t{1} << register_bits;
constexpr std::size_t slots_min = 4;

}  // namespace

bool DistinctCount::add(std::uint64_t hash) {
  if (!exact()) {
    note(hash);
    return true;
  }
  if (hash == 0) {
    if (std::exchange(has_zero_, true)) return false;
  } else {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    if (!insert(hash)) return false;
  }
  if (++used_ > exact_up_to_) estimate_from_now_on();
  return true;
}

bool DistinctCount::insert(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    if (slots_[at] == hash) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = hash;
    return true;
  }
}

void DistinctCount::grow() {
  std::vector<std::uint64_t> old(std::max(slots_min, slots_.size() * 2));
  old.swap(slots_);
  for (const auto hash : old)
    if (hash != 0) insert(hash);
}

void DistinctCount::estimate_from_now_on() {
  registers_.assign(register_count, 0);
  for (const auto hash : slots_)
    if (hash != 0) note(hash);
  if (has_zero_) note(0);
  std::vector<std::uint64_t>().swap(slots_);
}

void DistinctCount::note(std::uint64_t hash) {
  const std::size_t index = hash >> (64 - register_bits);
  const auto rest = hash << register_bits;
  const int rank = rest == 0 ? 64 - register_bits + 1 : std::countl_zero(rest) + 1;
  registers_[index] = std::max(registers_[index], static_cast<std::uint8_t>(rank));
}

std::uint64_t DistinctCount::count() const {
  if (exact()) return used_;
  constexpr double m = register_count;
  constexpr double alpha = 0.7213 / (1 + 1.079 / m);
  double sum = 0;
  for (const auto rank : registers_) sum += std::ldexp(1.0, -rank);
  return static_cast<std::uint64_t>(std::llround(alpha * m * m / sum));
}

}  // namespace lectern::lrs
