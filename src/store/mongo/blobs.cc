#include "store/mongo/blobs.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/mongo/schema/layout.h"

namespace lectern::store::mongo {
namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;
/// Bytes of contents with which pieces are sent; the last one may go beyond.
constexpr std::size_t insert_bytes = 8 * piece_bytes;

/// Where contents lie.
struct Contents {
  Client& client;
  const std::string& database;
  std::string collection;
};

/// Inserts those that are not there, and forgets them.
Result<void> insert_unless_there(const Contents& contents, std::vector<Bson>& documents) {
  if (documents.empty()) return {};
  TRY(const auto written,
      contents.client.insert(contents.database, contents.collection, documents));
  for (const auto& error : written.errors)
    if (error.code != duplicate_key)
      return fail(Code::internal, "MongoDB refused an attachment", error.message);
  documents.clear();
  return {};
}

/// Which of the contents are there whole.
Result<std::unordered_set<std::string>> kept_of(const Contents& contents,
                                                std::span<const Blob> blobs) {
  Array ids;
  for (const Blob& blob : blobs) ids.text(blob.sha2);
  Bson any, filter, fields, options;
  any.array("$in", ids.get());
  filter.object("_id", any);
  fields.small("_id", 1);
  options.object("projection", fields);
  std::unordered_set<std::string> kept;
  RETURN_IF_ERROR(contents.client.find(contents.database, contents.collection, filter, options,
                                       [&](View found) {
                                         const auto id = field(found, "_id");
                                         kept.emplace(id ? id->text().value_or("") : "");
                                         return true;
                                       }));
  return kept;
}

std::string piece_id(std::string_view sha2, std::uint64_t number) {
  return std::string(sha2) + '/' + std::to_string(number);
}

}  // namespace

Result<void> MongoBlobs::put(const Context& context, std::span<const Blob> blobs) {
  if (blobs.empty()) return {};
  TRY(const auto place, database_->writable(context));
  TRY(auto client, database_->lease(context));
  const Contents contents{client, database_->name(), place.blobs()};
  TRY(auto known, kept_of(contents, blobs));
  std::vector<Bson> pieces, heads;
  std::size_t bytes = 0;
  for (const Blob& blob : blobs) {
    if (!known.emplace(blob.sha2).second) continue;
    for (std::size_t at = 0; at < blob.bytes.size(); at += piece_bytes) {
      const auto part = blob.bytes.substr(at, piece_bytes);
      pieces.emplace_back().text("_id", piece_id(blob.sha2, at / piece_bytes)).bytes("bytes", part);
      if ((bytes += part.size()) < insert_bytes) continue;
      RETURN_IF_ERROR(insert_unless_there(contents, pieces));
      bytes = 0;
    }
    heads.emplace_back()
        .text("_id", blob.sha2)
        .integer("size", static_cast<std::int64_t>(blob.bytes.size()));
  }
  // What says that contents are there whole is written when all their pieces are.
  RETURN_IF_ERROR(insert_unless_there(contents, pieces));
  return insert_unless_there(contents, heads);
}

Result<std::optional<std::uint64_t>> MongoBlobs::size(const Context& context,
                                                      std::string_view sha2) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  std::optional<std::uint64_t> bytes;
  Bson filter;
  filter.text("_id", sha2);
  RETURN_IF_ERROR(client.find(database_->name(), place.blobs(), filter, {}, [&](View found) {
    const auto size = field(found, "size");
    if (size) bytes = static_cast<std::uint64_t>(size->integer().value_or(0));
    return false;
  }));
  return bytes;
}

Result<std::string> MongoBlobs::read(const Context& context, std::string_view sha2,
                                     std::uint64_t offset, std::size_t bytes_max) {
  std::string read;
  TRY(const auto whole, size(context, sha2));
  if (!whole || offset >= *whole || bytes_max == 0) return read;
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  const auto end = offset + std::min<std::uint64_t>(bytes_max, *whole - offset);
  while (offset < end) {
    Bson filter;
    filter.text("_id", piece_id(sha2, offset / piece_bytes));
    std::string piece;
    RETURN_IF_ERROR(client.find(database_->name(), place.blobs(), filter, {}, [&](View found) {
      const auto bytes = field(found, "bytes");
      piece = bytes ? bytes->bytes().value_or("") : "";
      return false;
    }));
    const auto from = static_cast<std::size_t>(offset % piece_bytes);
    if (from >= piece.size())
      return fail(Code::internal, "an attachment's content is damaged",
                  place.blobs() + " lacks a piece of " + std::string(sha2));
    read += std::string_view(piece).substr(from, static_cast<std::size_t>(end - offset));
    offset += std::min<std::uint64_t>(piece.size() - from, end - offset);
  }
  return read;
}

}  // namespace lectern::store::mongo
