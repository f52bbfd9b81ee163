#pragma once

#include <map>
#include <utility>

#include "base/concurrency/mutex.h"
#include "store/document_store.h"

namespace lectern::store::memory {

/// Documents and attachments in this process's memory, gone with it.
class MemoryDocuments : public DocumentStore {
 public:
  Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) override;
  Result<bool> put(const Context& context, const DocumentKey& key, const Document& document,
                   const Expect& expect) override;
  Result<bool> erase(const Context& context, const DocumentKey& key, const Expect& expect) override;
  Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                         std::optional<Time> since) override;
  Result<void> erase_all(const Context& context, const DocumentSpace& space) override;
  Result<void> put_blobs(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> blob_size(const Context& context,
                                                 std::string_view sha2) override;
  Result<std::string> read_blob(const Context& context, std::string_view sha2, std::uint64_t offset,
                                std::size_t bytes_max) override;

 private:
  using TargetKey = std::pair<std::string, DocumentKey>;  // target, key

  bool holds(const TargetKey& place, const Expect& expect) const REQUIRES(mutex_);

  Mutex mutex_;
  std::map<TargetKey, Document> documents_ GUARDED_BY(mutex_);
  // By target and sha2:
  std::map<std::pair<std::string, std::string>, std::string> blobs_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::memory
