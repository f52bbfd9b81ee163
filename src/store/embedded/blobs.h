#pragma once

#include "store/blob_store.h"
#include "store/embedded/engine.h"
#include "store/embedded/write/document_jobs.h"

namespace lectern::store::embedded {

/// Attachments in the folder of the embedded store.
class EmbeddedBlobs final : public BlobStore {
 public:
  /// Shares the engine with the statements: whichever is destroyed last closes the folder.
  explicit EmbeddedBlobs(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Result<void> put(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> size(const Context& context, std::string_view sha2) override;
  Result<std::string> read(const Context& context, std::string_view sha2, std::uint64_t offset,
                           std::size_t bytes_max) override;

 private:
  // What the calls do while the database stays open.
  /// Writes what is long of those that are not kept yet, and syncs it. Returns what is left to be
  /// written in one commit: the last pieces, up to `blob_piece_bytes` and one more, and the sizes.
  Result<std::vector<BlobEntry>> put_pieces(TargetNumber target, std::span<const Blob> blobs);
  Result<std::optional<std::uint64_t>> size_now(TargetNumber target, std::string_view sha2);
  Result<std::string> read_now(TargetNumber target, std::string_view sha2, std::uint64_t offset,
                               std::size_t bytes_max);

  const std::shared_ptr<Engine> engine_;
};

}  // namespace lectern::store::embedded
