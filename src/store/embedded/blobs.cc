#include "store/embedded/blobs.h"

#include "store/embedded/format/values.h"

namespace lectern::store::embedded {

Result<void> EmbeddedBlobs::put(const Context& context, std::span<const Blob> blobs) {
  if (blobs.empty()) return {};
  TRY(const auto target, engine_->database->make_target(context.target));
  // Pieces need no order among other writes: the same hash means the same bytes, and none is read
  // before the size is there.
  TRY(auto entries, engine_->read(context.deadline, [&] { return put_pieces(target, blobs); }));
  if (entries.empty()) return {};
  PutBlobEntries job(*engine_->database, std::move(entries));
  return engine_->committer.run(job, target, context.deadline);
}

Result<std::vector<BlobEntry>> EmbeddedBlobs::put_pieces(TargetNumber target,
                                                         std::span<const Blob> blobs) {
  auto& database = *engine_->database;
  std::vector<BlobEntry> sizes, pieces;
  std::size_t bytes = 0;
  bool written = false;
  for (const Blob& blob : blobs) {
    TRY(const auto there, size_now(target, blob.sha2));
    if (there) continue;
    std::uint32_t piece = 0;
    for (std::size_t at = 0; at < blob.bytes.size(); at += blob_piece_bytes, ++piece) {
      pieces.push_back({blob_key(target, blob.sha2, piece),
                        std::string(blob.bytes.substr(at, blob_piece_bytes))});
      bytes += pieces.back().value.size();
      if (bytes < blob_piece_bytes) continue;
      rocksdb::WriteBatch batch;
      for (const auto& [key, value] : pieces) batch.Put(database.family(Family::blobs), key, value);
      RETURN_IF_ERROR(database.write_unsynced(batch));
      written = true;
      pieces.clear();
      bytes = 0;
    }
    std::string size;
    append_be64(size, blob.bytes.size());
    sizes.push_back({blob_key(target, blob.sha2, blob_size_piece), std::move(size)});
  }
  // A size whose pieces are lost would be believed for good.
  if (written) RETURN_IF_ERROR(database.sync_log());
  std::move(sizes.begin(), sizes.end(), std::back_inserter(pieces));
  return pieces;
}

Result<std::optional<std::uint64_t>> EmbeddedBlobs::size(const Context& context,
                                                         std::string_view sha2) {
  const auto target = engine_->database->find_target(context.target);
  if (!target) return std::nullopt;
  return engine_->read(context.deadline, [&] { return size_now(*target, sha2); });
}

Result<std::optional<std::uint64_t>> EmbeddedBlobs::size_now(TargetNumber target,
                                                             std::string_view sha2) {
  TRY(const auto size,
      engine_->database->get(Family::blobs, blob_key(target, sha2, blob_size_piece)));
  if (!size) return std::nullopt;
  if (size->size() != 8) return fail(damaged("attachment"));
  return be64(*size);
}

Result<std::string> EmbeddedBlobs::read(const Context& context, std::string_view sha2,
                                        std::uint64_t offset, std::size_t bytes_max) {
  const auto target = engine_->database->find_target(context.target);
  if (!target) return fail(Code::not_found, "No such attachment");
  return engine_->read(context.deadline,
                       [&] { return read_now(*target, sha2, offset, bytes_max); });
}

Result<std::string> EmbeddedBlobs::read_now(TargetNumber target, std::string_view sha2,
                                            std::uint64_t offset, std::size_t bytes_max) {
  TRY(const auto size, size_now(target, sha2));
  if (!size) return fail(Code::not_found, "No such attachment");
  std::string bytes;
  while (bytes.size() < bytes_max && offset + bytes.size() < *size) {
    const auto at = offset + bytes.size();
    const auto piece = static_cast<std::uint32_t>(at / blob_piece_bytes);
    TRY(const auto part, engine_->database->get(Family::blobs, blob_key(target, sha2, piece)));
    const auto within = static_cast<std::size_t>(at % blob_piece_bytes);
    if (!part || part->size() <= within) return fail(damaged("attachment"));
    bytes.append(*part, within, bytes_max - bytes.size());
  }
  return bytes;
}

}  // namespace lectern::store::embedded
