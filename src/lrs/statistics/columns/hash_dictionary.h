#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lectern::lrs {

/// Hashes that are well spread and not 0 under small numbers, each once. 0 is what is not there.
/// Not thread-safe while hashes are added.
class HashDictionary {
 public:
  /// The number of a hash, which is added if it is new; 0 of 0.
  std::uint32_t add(std::uint64_t hash) {
    if (hash == 0) return 0;
    if (hashes_.size() * 2 > slots_.size()) grow();
    const auto at = place_of(hash);
    if (slots_[at] != 0) return slots_[at];
    slots_[at] = static_cast<std::uint32_t>(hashes_.size());
    hashes_.push_back(hash);
    return slots_[at];
  }
  /// The number of a hash; 0 if there is none.
  std::uint32_t find(std::uint64_t hash) const {
    return hash == 0 || slots_.empty() ? 0 : slots_[place_of(hash)];
  }
  /// The hash with that number, which was given out.
  std::uint64_t hash(std::uint32_t number) const { return hashes_[number]; }
  /// How many there are.
  std::size_t size() const { return hashes_.size(); }
  /// Memory that it takes.
  std::size_t bytes() const { return hashes_.capacity() * 8 + slots_.capacity() * 4; }

 private:
  std::size_t place_of(std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at] != 0 && hashes_[slots_[at]] != hash) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    constexpr std::size_t slots_min = 16;
    slots_.assign(std::max(slots_min, slots_.size() * 2), 0);
    for (std::uint32_t i = 1; i < hashes_.size(); ++i) slots_[place_of(hashes_[i])] = i;
  }

  std::vector<std::uint64_t> hashes_{0};
  std::vector<std::uint32_t> slots_;  // open addressing; 0 is free
};

}  // namespace lectern::lrs
