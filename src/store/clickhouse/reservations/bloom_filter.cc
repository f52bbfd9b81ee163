#include "store/clickhouse/reservations/bloom_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t bits_per_id = 20;
constexpr int probes = 12;
constexpr std::size_t ids_min = 1UL << 18;

/// Spreads each bit over all (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t half(const Uuid& id, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, id.bytes.data() + at, sizeof value);
  return value;
}

std::size_t bytes_of(const std::vector<std::uint64_t>& layer) { return layer.size() * 8; }

}  // namespace

BloomFilter::BloomFilter(std::size_t expected, std::size_t bytes_max)
    : bytes_max_(bytes_max), seed_(half(Uuid::random(), 0)) {
  add_layer(std::max(expected, ids_min));
}

void BloomFilter::add_layer(std::size_t ids) {
  const auto largest = std::bit_floor(std::max<std::size_t>(bytes_max_, 8));
  const auto bytes = std::min(std::bit_ceil(ids * bits_per_id / 8), largest);
  layers_.emplace_back(bytes / 8);
  room_ = bytes * 8 / bits_per_id;
}

BloomFilter::Hash BloomFilter::hash_of(const Uuid& id) const {
  const auto first = mixed(half(id, 0) ^ seed_);
  const auto second = mixed(half(id, 8) + first);
  return {first ^ second, second | 1};
}

bool BloomFilter::holds(const Layer& layer, Hash hash) {
  const auto mask = layer.size() * 64 - 1;
  for (int i = 0; i < probes; ++i, hash.first += hash.step) {
    const auto bit = hash.first & mask;
    if ((layer[bit / 64] >> (bit % 64) & 1) == 0) return false;
  }
  return true;
}

bool BloomFilter::may_hold(const Uuid& id) const {
  const auto hash = hash_of(id);
  return std::any_of(layers_.begin(), layers_.end(),
                     [&](const Layer& layer) { return holds(layer, hash); });
}

bool BloomFilter::add(const Uuid& id) {
  if (may_hold(id)) return true;
  const auto grown = bytes_of(layers_.back()) * 2;
  if (room_ == 0 && bytes() + grown <= bytes_max_) add_layer(grown * 8 / bits_per_id);
  if (room_ > 0) --room_;
  auto hash = hash_of(id);
  auto& layer = layers_.back();
  const auto mask = layer.size() * 64 - 1;
  for (int i = 0; i < probes; ++i, hash.first += hash.step) {
    const auto bit = hash.first & mask;
    layer[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return false;
}

std::size_t BloomFilter::bytes() const {
  std::size_t bytes = 0;
  for (const auto& layer : layers_) bytes += bytes_of(layer);
  return bytes;
}

}  // namespace lectern::store::clickhouse
