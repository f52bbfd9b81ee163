#include "store/elasticsearch/write/recent_ids.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lectern::store::elasticsearch {
namespace {

std::array<std::uint64_t, 2> halves(const Uuid& id) {
  std::array<std::uint64_t, 2> numbers;
  std::memcpy(numbers.data(), id.bytes.data(), sizeof numbers);
  return numbers;
}

}  // namespace

RecentIds::RecentIds(std::size_t ids_max) : ids_max_(ids_max), salt_(halves(Uuid::random())) {}

void RecentIds::add(std::span<const Uuid> ids) {
  const MutexLock lock(mutex_);
  for (const Uuid& id : ids) {
    if (newer_count_ == ids_max_ || newer_.empty()) {
      older_ = std::move(newer_);
      newer_.assign(std::bit_ceil(ids_max_ * 4 / 3 + 1), Uuid{});
      newer_count_ = 0;
    }
    Uuid& slot = newer_[slot_of(newer_, id)];
    if (slot == id) continue;
    slot = id;
    ++newer_count_;
  }
}

std::vector<Uuid> RecentIds::among(std::span<const Uuid> ids) const {
  std::vector<Uuid> there;
  const MutexLock lock(mutex_);
  const auto holds = [&](const Slots& slots, const Uuid& id) {
    return !slots.empty() && slots[slot_of(slots, id)] == id;
  };
  // (The nil id is always among them: an empty slot looks like it.)
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(there),
               [&](const Uuid& id)
                   REQUIRES(mutex_) { return holds(newer_, id) || holds(older_, id); });
  return there;
}

std::size_t RecentIds::slot_of(const Slots& slots, const Uuid& id) const {
  const auto [high, low] = halves(id);
  std::uint64_t hash = (high ^ salt_[0]) * 0x9E3779B97F4A7C15ULL;
  hash = (hash ^ hash >> 32 ^ low ^ salt_[1]) * 0xD6E8FEB86659FD93ULL;
  const std::size_t last = slots.size() - 1;
  std::size_t slot = (hash ^ hash >> 32) & last;
  while (slots[slot] != Uuid{} && slots[slot] != id) slot = (slot + 1) & last;
  return slot;
}

}  // namespace lectern::store::elasticsearch
