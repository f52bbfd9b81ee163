#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lectern::lrs {

/// Which numbers of a dictionary there were, and so how many: a set while they are few, then a bit
/// for each number there is. Exact; takes a bit of each number there is at most, and 16 bytes of
/// each that it has. One thread at a time.
class DistinctCodes {
 public:
  /// Takes in a number that is not 0; all are below `codes`. Adds the bytes of memory that it takes
  /// to `grown`.
  void add(std::uint32_t code, std::size_t codes, std::size_t& grown) {
    if (code / bits_of_word < words_.size())
      words_[code / bits_of_word] |= std::uint64_t{1} << (code % bits_of_word);
    else
      add_to_set(code, codes, grown);
  }
  /// Takes in what another one has.
  void merge(const DistinctCodes& other, std::size_t codes, std::size_t& grown);
  /// How many there were.
  std::uint64_t count() const;

 private:
  static constexpr std::size_t bits_of_word = 64;

  void add_to_set(std::uint32_t code, std::size_t codes, std::size_t& grown);
  void grow(std::size_t codes, std::size_t& grown);
  bool insert(std::uint32_t code);

  std::vector<std::uint32_t> slots_;  // open addressing; 0 is free
  std::size_t used_ = 0;
  std::vector<std::uint64_t> words_;  // once there are too many for slots
};

}  // namespace lectern::lrs
