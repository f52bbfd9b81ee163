#include "store/memory/documents.h"

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

Result<std::vector<std::optional<Document>>> MemoryDocuments::get_many(
    const Context& context, std::span<const DocumentKey> keys, Freshness) {
  const MutexLock lock(mutex_);
  std::vector<std::optional<Document>> all;
  for (const auto& key : keys) {
    const auto at = documents_.find({context.target, key});
    all.push_back(at == documents_.end() ? std::nullopt : std::optional(at->second));
  }
  return all;
}

Result<std::vector<bool>> MemoryDocuments::put_many(const Context& context,
                                                    std::span<const DocumentWrite> writes) {
  const MutexLock lock(mutex_);
  std::vector<bool> written;
  for (const auto& write : writes) {
    const TargetKey place{context.target, write.key};
    written.push_back(holds(place, write.expect));
    if (written.back()) documents_[place] = write.document;
  }
  return written;
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

}  // namespace lectern::store::memory
