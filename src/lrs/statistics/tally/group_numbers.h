#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lrs/statistics/question.h"

namespace lectern::lrs {

/// Numbers groups in the order in which they are met, from 0 on. A group's key has a number for
/// each dimension. One thread at a time.
class GroupNumbers {
 public:
  using Key = std::array<std::uint32_t, Question::dimensions_max>;
  /// By dimension, and in each by row; as many dimensions as there are, at least one.
  using Codes = std::array<std::vector<std::uint32_t>, Question::dimensions_max>;

  explicit GroupNumbers(std::size_t dimensions) : dimensions_(dimensions) {}

  /// Puts the group of each row into `numbers`. Adds the bytes of memory that this takes to
  /// `grown`.
  void number(const Codes& codes, std::size_t rows, std::vector<std::uint32_t>& numbers,
              std::size_t& grown);
  /// How many there are.
  std::size_t size() const { return keys_.size(); }
  const Key& key(std::size_t group) const { return keys_[group]; }

 private:
  /// The codes of one dimension that were met, under numbers without gaps.
  struct Met {
    std::vector<std::uint32_t> numbers;  // by code, one more than the number; 0: not met
    std::uint32_t count = 0;
  };

  static void number_codes(Met& met, std::span<const std::uint32_t> codes,
                           std::vector<std::uint32_t>& numbers);
  std::uint32_t group_of(std::uint64_t packed);
  void grow();

  const std::size_t dimensions_;
  std::array<Met, Question::dimensions_max> met_;
  std::array<std::vector<std::uint32_t>, Question::dimensions_max> scratch_;
  std::vector<Key> keys_;
  std::vector<std::uint64_t> packed_;  // keys in numbers of met_
  std::vector<std::uint32_t> slots_;   // open addressing, one more than the group; 0 is free
};

}  // namespace lectern::lrs
