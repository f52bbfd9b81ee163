#pragma once

#include "store/document_store.h"
#include "store/embedded/engine.h"
#include "store/embedded/write/document_jobs.h"

namespace lectern::store::embedded {

/// Documents and attachments in the folder of the embedded store. Writes of documents share
/// commits with statements.
class EmbeddedDocuments final : public DocumentStore {
 public:
  /// Shares the engine with the statements: whichever is destroyed last closes the folder.
  explicit EmbeddedDocuments(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) override;
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
  // What the calls do while the database stays open.
  Result<std::vector<DocumentName>> list_now(const Context& context, const DocumentSpace& space,
                                             std::optional<Time> since);
  /// Writes what is long of those that are not kept yet, and syncs it. Returns what is left to be
  /// written in one commit: the last pieces, up to `blob_piece_bytes` and one more, and the sizes.
  Result<std::vector<BlobEntry>> put_pieces(TargetNumber target, std::span<const Blob> blobs);
  Result<std::optional<std::uint64_t>> size_now(TargetNumber target, std::string_view sha2);
  Result<std::string> read_now(TargetNumber target, std::string_view sha2, std::uint64_t offset,
                               std::size_t bytes_max);

  const std::shared_ptr<Engine> engine_;
};

}  // namespace lectern::store::embedded
