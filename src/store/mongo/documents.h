#pragma once

#include <memory>

#include "store/document_store.h"
#include "store/mongo/database.h"

namespace lectern::store::mongo {

/// Documents and attachments in two collections beside the statements.
///
/// `<collection>.lectern.documents`:
///   { _id: 32 bytes, the SHA-256 of kind, owner, registration and id, each with its size,
///     space: 32 bytes, the SHA-256 of kind and owner, registration: bytes, id: bytes,
///     content_type: bytes, bytes: bytes, etag: string, updated: int64 microseconds since 1970 }
///
/// `<collection>.lectern.blobs`: an attachment in pieces of 1 MiB, and then what says it is whole:
///   { _id: sha2 "/" number, bytes: bytes }
///   { _id: sha2, size: int64 }
class MongoDocuments final : public DocumentStore {
 public:
  explicit MongoDocuments(std::shared_ptr<MongoDatabase> database)
      : database_(std::move(database)) {}

  Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) override;
  Result<std::vector<std::optional<Document>>> get_all(const Context& context,
                                                       std::span<const DocumentKey> keys) override;
  Result<bool> put(const Context& context, const DocumentKey& key, const Document& document,
                   const Expect& expect) override;
  Result<std::vector<bool>> put_all(const Context& context,
                                    std::span<const DocumentWrite> writes) override;
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
  std::shared_ptr<MongoDatabase> database_;
};

}  // namespace lectern::store::mongo
