#include "lrs/documents/document_sizes.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace lectern::lrs {
namespace {

constexpr std::uint64_t low_half = 0xFFFF'FFFF;

std::uint64_t hash_of(const store::Context& context, const store::DocumentKey& key) {
  std::uint64_t hash = static_cast<std::uint64_t>(key.kind);
  for (const std::string_view text : {std::string_view(context.target), std::string_view(key.owner),
                                      std::string_view(key.registration), std::string_view(key.id)})
    hash = hash * 1'000'003 + std::hash<std::string_view>{}(text);
  return hash;
}

}  // namespace

std::uint64_t DocumentSizes::guess(const store::Context& context,
                                   const store::DocumentKey& key) const {
  const auto hash = hash_of(context, key);
  const auto entry = entries_[hash % entries_.size()].load(std::memory_order_relaxed);
  return entry >> 32 == hash >> 32 ? entry & low_half : 0;
}

void DocumentSizes::remember(const store::Context& context, const store::DocumentKey& key,
                             std::uint64_t bytes) {
  const auto hash = hash_of(context, key);
  entries_[hash % entries_.size()].store((hash & ~low_half) | std::min(bytes, low_half),
                                         std::memory_order_relaxed);
}

}  // namespace lectern::lrs
