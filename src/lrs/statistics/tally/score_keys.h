#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lectern::lrs {

/// Which scores of registrations and activities were met, by a hash of 64 bits that is well spread;
/// two hashes of a billion scores meet by chance once in forty times. One thread at a time.
class ScoreKeys {
 public:
  /// Takes hashes in, of which 0 stands for none. `is_new` gets, for each, 1 where it was not there
  /// before or is 0, else 0. Adds the bytes of memory that it takes to `grown`.
  void add(std::span<const std::uint64_t> hashes, std::uint8_t* is_new, std::size_t& grown);

 private:
  std::size_t place_of(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  bool insert(std::uint64_t hash);

  std::vector<std::uint64_t> slots_;  // open addressing; 0 is free
  std::size_t used_ = 0;
};

}  // namespace lectern::lrs
