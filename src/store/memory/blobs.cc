#include "store/memory/blobs.h"

namespace lectern::store::memory {

Result<void> MemoryBlobs::put(const Context& context, std::span<const Blob> blobs) {
  const MutexLock lock(mutex_);
  for (const auto& blob : blobs)
    blobs_.try_emplace({context.target, std::string(blob.sha2)}, blob.bytes);
  return {};
}

Result<std::optional<std::uint64_t>> MemoryBlobs::size(const Context& context,
                                                       std::string_view sha2) {
  const MutexLock lock(mutex_);
  const auto at = blobs_.find({context.target, std::string(sha2)});
  if (at == blobs_.end()) return std::nullopt;
  return at->second.size();
}

Result<std::string> MemoryBlobs::read(const Context& context, std::string_view sha2,
                                      std::uint64_t offset, std::size_t bytes_max) {
  const MutexLock lock(mutex_);
  const auto at = blobs_.find({context.target, std::string(sha2)});
  if (at == blobs_.end()) return fail(Code::not_found, "No such attachment");
  if (offset >= at->second.size()) return std::string();
  return at->second.substr(offset, bytes_max);
}

}  // namespace lectern::store::memory
