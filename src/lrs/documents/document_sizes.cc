#include "lrs/documents/document_sizes.h"

#include <functional>
#include <string_view>

namespace lectern::lrs {
namespace {

std::size_t hash_of(const store::Context& context, const store::DocumentKey& key) {
  std::size_t hash = static_cast<std::size_t>(key.kind);
  for (const std::string_view text : {std::string_view(context.target), std::string_view(key.owner),
                                      std::string_view(key.registration), std::string_view(key.id)})
    hash = hash * 1'000'003 + std::hash<std::string_view>{}(text);
  return hash;
}

}  // namespace

std::uint64_t DocumentSizes::guess(const store::Context& context,
                                   const store::DocumentKey& key) const {
  return bytes_[hash_of(context, key) % bytes_.size()].load(std::memory_order_relaxed);
}

void DocumentSizes::remember(const store::Context& context, const store::DocumentKey& key,
                             std::uint64_t bytes) {
  bytes_[hash_of(context, key) % bytes_.size()].store(bytes, std::memory_order_relaxed);
}

}  // namespace lectern::lrs
