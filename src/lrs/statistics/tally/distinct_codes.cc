#include "lrs/statistics/tally/distinct_codes.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "lrs/statistics/columns/mixed.h"

namespace lectern::lrs {

void DistinctCodes::add_to_set(std::uint32_t code, std::size_t codes, std::size_t& grown) {
  // Where there are bits, numbers have come to the dictionary.
  if (!words_.empty() || (used_ + 1) * 4 > slots_.size() * 3) grow(codes, grown);
  if (slots_.empty()) return add(code, codes, grown);
  used_ += insert(code) ? 1 : 0;
}

bool DistinctCodes::insert(std::uint32_t code) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = mixed(code) & mask;; at = (at + 1) & mask) {
    if (slots_[at] == code) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = code;
    return true;
  }
}

void DistinctCodes::grow(std::size_t codes, std::size_t& grown) {
  constexpr std::size_t slots_min = 4;
  const std::size_t slots = std::max(slots_min, slots_.size() * 2);
  const std::size_t words = codes / bits_of_word + 1;
  const bool is_set =
      words_.empty() && slots * sizeof(std::uint32_t) < words * sizeof(std::uint64_t);
  auto old = std::exchange(slots_, std::vector<std::uint32_t>(is_set ? slots : 0));
  if (is_set) {
    grown += (slots - old.size()) * sizeof(std::uint32_t);
    for (const auto code : old)
      if (code != 0) insert(code);
    return;
  }
  grown += (words - words_.size()) * sizeof(std::uint64_t);
  words_.resize(words);
  for (const auto code : old)
    if (code != 0) add(code, codes, grown);
}

void DistinctCodes::merge(const DistinctCodes& other, std::size_t codes, std::size_t& grown) {
  for (const auto code : other.slots_)
    if (code != 0) add(code, codes, grown);
  for (std::size_t i = 0; i < other.words_.size(); ++i)
    if (i < words_.size()) {
      words_[i] |= other.words_[i];
    } else {
      for (auto word = other.words_[i]; word != 0; word &= word - 1)
        add(static_cast<std::uint32_t>(i * bits_of_word) +
                static_cast<std::uint32_t>(std::countr_zero(word)),
            codes, grown);
    }
}

std::uint64_t DistinctCodes::count() const {
  if (words_.empty()) return used_;
  std::uint64_t count = 0;
  for (const auto word : words_) count += static_cast<std::uint64_t>(std::popcount(word));
  return count;
}

}  // namespace lectern::lrs
