#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/uuid.h"

namespace lectern::store::clickhouse {

/// A scalable Bloom filter of ids: it may take a new id for one that it holds, never the other way
/// round. It grows by layers, each twice as large; a full layer takes about one new id of 14,000
/// for a known one, more once the filter may not grow any further.
/// Two and a half to five bytes an id. Not thread-safe.
class BloomFilter {
 public:
  /// Room for `expected` ids before it grows. Past `bytes_max` it does not grow.
  BloomFilter(std::size_t expected, std::size_t bytes_max);

  /// Adds an id. Returns whether it may have been in it before.
  bool add(const Uuid& id);
  bool may_hold(const Uuid& id) const;
  std::size_t bytes() const;

 private:
  using Layer = std::vector<std::uint64_t>;  // of bits, a power of two of them

  struct Hash {
    std::uint64_t first = 0, step = 0;
  };
  Hash hash_of(const Uuid& id) const;
  static bool holds(const Layer& layer, Hash hash);
  void add_layer(std::size_t ids);

  const std::size_t bytes_max_;
  const std::uint64_t seed_;   // nobody outside can choose ids that meet
  std::vector<Layer> layers_;  // ids are added to the last one
  std::size_t room_ = 0;       // for ids in the last one
};

}  // namespace lectern::store::clickhouse
