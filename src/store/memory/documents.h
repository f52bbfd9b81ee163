#pragma once

#include <map>
#include <utility>

#include "base/concurrency/mutex.h"
#include "store/document_store.h"

namespace lectern::store::memory {

/// Documents in this process's memory, gone with it.
class MemoryDocuments : public DocumentStore {
 public:
  Result<std::vector<std::optional<Document>>> get_many(const Context& context,
                                                        std::span<const DocumentKey> keys,
                                                        Freshness freshness) override;
  Result<std::vector<bool>> put_many(const Context& context,
                                     std::span<const DocumentWrite> writes) override;
  Result<bool> erase(const Context& context, const DocumentKey& key, const Expect& expect) override;
  Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                         std::optional<Time> since) override;
  Result<void> erase_all(const Context& context, const DocumentSpace& space) override;

 private:
  using TargetKey = std::pair<std::string, DocumentKey>;  // target, key

  bool holds(const TargetKey& place, const Expect& expect) const REQUIRES(mutex_);

  Mutex mutex_;
  std::map<TargetKey, Document> documents_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::memory
