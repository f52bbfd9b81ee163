#pragma once

#include <memory>

#include "store/document_store.h"
#include "store/mongo/database.h"

namespace lectern::store::mongo {

/// Documents in a collection beside the statements.
///
/// `<collection>.lectern.documents`:
///   { _id: 32 bytes, the SHA-256 of kind, owner, registration and id, each with its size,
///     space: 32 bytes, the SHA-256 of kind and owner, registration: bytes, id: bytes,
///     content_type: bytes, bytes: bytes, etag: string, updated: int64 microseconds since 1970 }
class MongoDocuments final : public DocumentStore {
 public:
  explicit MongoDocuments(std::shared_ptr<MongoDatabase> database)
      : database_(std::move(database)) {}

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
  std::shared_ptr<MongoDatabase> database_;
};

}  // namespace lectern::store::mongo
