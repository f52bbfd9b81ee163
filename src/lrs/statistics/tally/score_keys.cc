#include "lrs/statistics/tally/score_keys.h"

#include <algorithm>
#include <bit>

namespace lectern::lrs {

bool ScoreKeys::insert(std::uint64_t hash) {
  for (std::size_t at = place_of(hash);; at = place_of(at + 1)) {
    if (slots_[at] == hash) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = hash;
    return true;
  }
}

void ScoreKeys::add(std::span<const std::uint64_t> hashes, std::uint8_t* is_new,
                    std::size_t& grown) {
  constexpr std::size_t slots_min = 64;
  if (const auto most = used_ + hashes.size(); most * 4 > slots_.size() * 3) {
    std::vector<std::uint64_t> old(std::max(slots_min, std::bit_ceil(most * 2)));
    grown += (old.size() - slots_.size()) * sizeof(std::uint64_t);
    old.swap(slots_);
    for (const auto hash : old)
      if (hash != 0) insert(hash);
  }
  // The table is far larger than the caches, so places are fetched ahead of their turn.
  constexpr std::size_t ahead = 16;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i + ahead < hashes.size()) __builtin_prefetch(&slots_[place_of(hashes[i + ahead])], 1);
    is_new[i] = hashes[i] == 0 || insert(hashes[i]) ? 1 : 0;
    used_ += hashes[i] != 0 && is_new[i] != 0 ? 1 : 0;
  }
}

}  // namespace lectern::lrs
