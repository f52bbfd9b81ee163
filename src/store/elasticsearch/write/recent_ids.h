#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/uuid.h"

namespace lectern::store::elasticsearch {

/// The ids that this process brought lately, whatever became of them: what a search, which is a
/// refresh behind, may not know yet. Thread-safe.
class RecentIds {
 public:
  /// Remembers the last `ids_max` ids at least and twice as many at most, each in a slot of 16
  /// bytes of two tables, which have a quarter to be free at least.
  explicit RecentIds(std::size_t ids_max);

  /// Remembers ids that were stored; the oldest half is forgotten where they become too many.
  void add(std::span<const Uuid> ids);
  /// Those of `ids` that are remembered, in their order.
  std::vector<Uuid> among(std::span<const Uuid> ids) const;

 private:
  /// Open addressing: the slots are a power of two, the nil id is an empty one.
  using Slots = std::vector<Uuid>;

  std::size_t slot_of(const Slots& slots, const Uuid& id) const;

  const std::size_t ids_max_;
  const std::array<std::uint64_t, 2> salt_;  // clients choose ids: they must not choose slots
  mutable Mutex mutex_;
  Slots newer_ GUARDED_BY(mutex_);
  Slots older_ GUARDED_BY(mutex_);
  std::size_t newer_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern::store::elasticsearch
