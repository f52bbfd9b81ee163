#pragma once

#include <memory>

#include "store/blob_store.h"
#include "store/mongo/database.h"

namespace lectern::store::mongo {

/// Attachments in a collection beside the statements.
///
/// `<collection>.lectern.blobs`: an attachment in pieces of 1 MiB, and then what says it is whole:
///   { _id: sha2 "/" number, bytes: bytes }
///   { _id: sha2, size: int64 }
class MongoBlobs final : public BlobStore {
 public:
  explicit MongoBlobs(std::shared_ptr<MongoDatabase> database) : database_(std::move(database)) {}

  Result<void> put(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> size(const Context& context, std::string_view sha2) override;
  Result<std::string> read(const Context& context, std::string_view sha2, std::uint64_t offset,
                           std::size_t bytes_max) override;

 private:
  std::shared_ptr<MongoDatabase> database_;
};

}  // namespace lectern::store::mongo
