#pragma once

#include <string>

#include "store/document_store.h"

namespace lectern::store {

/// The document store of a process that has no place for documents. State, profiles, attachments
/// and how far other LRSs have been served are refused as unavailable, with a message that says
/// what to set; what statements teach (definitions, persons) is not kept, and none is known.
/// Thread-safe.
class NoDocuments final : public DocumentStore {
 public:
  /// `reason` says in one sentence why there is no place and which setting names one.
  explicit NoDocuments(std::string reason) : reason_(std::move(reason)) {}

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
  tl::unexpected<Error> refused() const { return fail(Code::unavailable, reason_); }
  const std::string reason_;
};

}  // namespace lectern::store
