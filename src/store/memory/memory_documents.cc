#include "store/memory/memory_documents.h"

namespace lectern::store::memory {
namespace {

bool lies_in(const DocumentKey& key, const DocumentSpace& space) {
  return key.kind == space.kind && key.owner == space.owner &&
         (!space.registration || key.registration == *space.registration);
}

}  // namespace

bool MemoryDocuments::holds(const TargetKey& place, const Expect& expect) const {
  const auto at = documents_.find(place);
  switch (expect.kind) {
    case Expect::Kind::anything:
      return true;
    case Expect::Kind::absent:
      return at == documents_.end();
    case Expect::Kind::etag:
      return at != documents_.end() && at->second.etag == expect.etag;
  }
  return false;
}

Result<std::optional<Document>> MemoryDocuments::get(const Context& context,
                                                     const DocumentKey& key) {
  const MutexLock lock(mutex_);
  const auto at = documents_.find({context.target, key});
  if (at == documents_.end()) return std::nullopt;
  return at->second;
}

Result<bool> MemoryDocuments::put(const Context& context, const DocumentKey& key,
                                  const Document& document, const Expect& expect) {
  const MutexLock lock(mutex_);
  const TargetKey place{context.target, key};
  if (!holds(place, expect)) return false;
  documents_[place] = document;
  return true;
}

Result<bool> MemoryDocuments::erase(const Context& context, const DocumentKey& key,
                                    const Expect& expect) {
  const MutexLock lock(mutex_);
  const TargetKey place{context.target, key};
  if (!holds(place, expect)) return false;
  documents_.erase(place);
  return true;
}

Result<std::vector<DocumentName>> MemoryDocuments::list(const Context& context,
                                                        const DocumentSpace& space,
                                                        std::optional<Time> since) {
  const MutexLock lock(mutex_);
  std::vector<DocumentName> names;
  for (const auto& [place, document] : documents_) {
    if (place.first != context.target || !lies_in(place.second, space)) continue;
    if (since && document.updated <= *since) continue;
    names.push_back({place.second.registration, place.second.id, document.updated});
  }
  return names;
}

Result<void> MemoryDocuments::erase_all(const Context& context, const DocumentSpace& space) {
  const MutexLock lock(mutex_);
  std::erase_if(documents_, [&](const auto& entry) {
    return entry.first.first == context.target && lies_in(entry.first.second, space);
  });
  return {};
}

Result<void> MemoryDocuments::put_blobs(const Context& context, std::span<const Blob> blobs) {
  const MutexLock lock(mutex_);
  for (const auto& blob : blobs)
    blobs_.try_emplace({context.target, std::string(blob.sha2)}, blob.bytes);
  return {};
}

Result<std::optional<std::uint64_t>> MemoryDocuments::blob_size(const Context& context,
                                                                std::string_view sha2) {
  const MutexLock lock(mutex_);
  const auto at = blobs_.find({context.target, std::string(sha2)});
  if (at == blobs_.end()) return std::nullopt;
  return at->second.size();
}

Result<std::string> MemoryDocuments::read_blob(const Context& context, std::string_view sha2,
                                               std::uint64_t offset, std::size_t bytes_max) {
  const MutexLock lock(mutex_);
  const auto at = blobs_.find({context.target, std::string(sha2)});
  if (at == blobs_.end()) return fail(Code::not_found, "No such attachment");
  if (offset >= at->second.size()) return std::string();
  return at->second.substr(offset, bytes_max);
}

}  // namespace lectern::store::memory
