#include "lrs/statistics/tally/group_numbers.h"

#include <algorithm>

#include "lrs/statistics/columns/mixed.h"

namespace lectern::lrs {
namespace {

/// Room for each dimension's number in 64 bits.
constexpr int number_bits = 21;

}  // namespace

void GroupNumbers::number_codes(Met& met, std::span<const std::uint32_t> codes,
                                std::vector<std::uint32_t>& numbers) {
  numbers.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto code = codes[i];
    if (code >= met.numbers.size())
      met.numbers.resize(std::max<std::size_t>(code + 1, met.numbers.size() * 2));
    auto& number = met.numbers[code];
    if (number == 0) number = ++met.count;
    numbers[i] = number - 1;
  }
}

void GroupNumbers::number(const Codes& codes, std::size_t rows, std::vector<std::uint32_t>& numbers,
                          std::size_t& grown) {
  const auto bytes = [&] {
    std::size_t sum = keys_.capacity() * sizeof(Key) + packed_.capacity() * sizeof(std::uint64_t) +
                      slots_.capacity() * sizeof(std::uint32_t);
    for (const auto& met : met_) sum += met.numbers.capacity() * sizeof(std::uint32_t);
    return sum;
  };
  const auto before = bytes();
  if (dimensions_ == 1) {
    number_codes(met_[0], std::span(codes[0]).first(rows), numbers);
    for (std::size_t i = 0; i < rows; ++i)
      if (numbers[i] == keys_.size()) keys_.push_back({codes[0][i]});
  } else {
    for (std::size_t d = 0; d < dimensions_; ++d)
      number_codes(met_[d], std::span(codes[d]).first(rows), scratch_[d]);
    numbers.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      std::uint64_t packed = 0;
      for (std::size_t d = 0; d < dimensions_; ++d) packed = packed << number_bits | scratch_[d][i];
      numbers[i] = group_of(packed);
      if (numbers[i] < keys_.size()) continue;
      auto& key = keys_.emplace_back();
      for (std::size_t d = 0; d < dimensions_; ++d) key[d] = codes[d][i];
    }
  }
  grown += bytes() - before;
}

std::uint32_t GroupNumbers::group_of(std::uint64_t packed) {
  if (packed_.size() * 2 >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = mixed(packed) & mask;; at = (at + 1) & mask) {
    if (slots_[at] != 0 && packed_[slots_[at] - 1] != packed) continue;
    if (slots_[at] == 0) {
      packed_.push_back(packed);
      slots_[at] = static_cast<std::uint32_t>(packed_.size());
    }
    return slots_[at] - 1;
  }
}

void GroupNumbers::grow() {
  constexpr std::size_t slots_min = 256;
  slots_.assign(std::max(slots_min, slots_.size() * 2), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < packed_.size(); ++i) {
    std::size_t at = mixed(packed_[i]) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace lectern::lrs
