#pragma once

#include <string>

#include "store/blob_store.h"
#include "store/document_store.h"

namespace lectern::store {

/// The document store of a process that has no place for documents. State, profiles and how far
/// other LRSs have been served are refused as unavailable, with a message that says what to set;
/// what statements teach (definitions, persons) is not kept, and none is known. Thread-safe.
class NoDocuments final : public DocumentStore {
 public:
  /// `reason` says in one sentence why there is no place and which setting names one.
  explicit NoDocuments(std::string reason) : reason_(std::move(reason)) {}

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
  tl::unexpected<Error> refused() const { return fail(Code::unavailable, reason_); }
  const std::string reason_;
};

/// The blob store of such a process: none is there, and new ones are refused. Thread-safe.
class NoBlobs final : public BlobStore {
 public:
  /// As NoDocuments.
  explicit NoBlobs(std::string reason) : reason_(std::move(reason)) {}

  Result<void> put(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> size(const Context& context, std::string_view sha2) override;
  Result<std::string> read(const Context& context, std::string_view sha2, std::uint64_t offset,
                           std::size_t bytes_max) override;

 private:
  tl::unexpected<Error> refused() const { return fail(Code::unavailable, reason_); }
  const std::string reason_;
};

}  // namespace lectern::store
