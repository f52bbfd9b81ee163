#include "store/elasticsearch/blobs.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/writer.h"
#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/layout.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t piece_bytes = 1024UL * 1024;
constexpr std::size_t pieces_per_request = 8;
/// Bytes of lines with which a request is sent; the last piece may go beyond.
constexpr std::size_t request_bytes = pieces_per_request * piece_bytes;

bool is_sha2(std::string_view text) {
  return !text.empty() && text.size() <= 128 && from_hex(text).has_value();
}

std::string piece_id(std::string_view sha2, std::uint64_t piece) {
  return fmt::format("{}:{}", sha2, piece);
}

/// The pieces from `first` to `last` of a content, joined.
Result<std::string> read_pieces(Cluster& cluster, std::string_view index, std::string_view sha2,
                                std::uint64_t first, std::uint64_t last, Deadline deadline) {
  std::vector<std::string> ids;
  for (std::uint64_t piece = first; piece <= last; ++piece) ids.push_back(piece_id(sha2, piece));
  const auto body = ids_body(ids);
  TRY(const auto reply,
      cluster.expect_ok(
          {"POST", fmt::format("/{}/_mget?filter_path=docs._source.bytes", index), body},
          deadline));
  std::string joined;
  std::uint64_t count = 0;
  if (const auto items = reply.root().find("docs")) {
    for (const Value item : items->children()) {
      const auto source = item.find("_source");
      const auto bytes = source ? source->find("bytes") : std::nullopt;
      const auto piece =
          bytes && bytes->is(Type::string) ? from_base64(bytes->string()) : std::nullopt;
      if (!piece) break;
      joined += *piece;
      ++count;
    }
  }
  if (count != last - first + 1)
    return fail(Code::unavailable, "The database has lost a piece of an attachment",
                std::string(sha2));
  return joined;
}

}  // namespace

Result<std::string*> ElasticsearchBlobs::index_of(const Context& context) {
  return ready_.of(context.target, [&]() -> Result<std::unique_ptr<std::string>> {
    TRY(auto names, index_names(settings_.default_index, context.target));
    RETURN_IF_ERROR(prepare_blobs(cluster_, names.blobs, context.deadline));
    return std::make_unique<std::string>(std::move(names.blobs));
  });
}

Result<void> ElasticsearchBlobs::put(const Context& context, std::span<const Blob> blobs) {
  std::vector<std::string> names;
  for (const Blob& blob : blobs) {
    if (!is_sha2(blob.sha2))
      return fail(Code::invalid, "The sha2 of an attachment is not hexadecimal");
    names.emplace_back(blob.sha2);
  }
  if (names.empty()) return {};
  TRY(const auto* const index, index_of(context));
  TRY(const auto kept, existing(cluster_, *index, names, context.deadline));
  std::unordered_set<std::string_view> known(kept.begin(), kept.end());
  std::string lines, heads;
  for (const Blob& blob : blobs) {
    if (!known.insert(blob.sha2).second) continue;
    for (std::size_t begin = 0; begin < blob.bytes.size(); begin += piece_bytes) {
      append_index(lines, piece_id(blob.sha2, begin / piece_bytes));
      const auto piece = to_base64(blob.bytes.substr(begin, piece_bytes));
      lines += json::Writer().object().member("bytes", piece).end().line().take();
      if (lines.size() < request_bytes) continue;
      RETURN_IF_ERROR(send_whole_bulk(cluster_, *index, lines, context.deadline));
      lines.clear();
    }
    append_index(heads, blob.sha2);
    heads += json::Writer().object().member("size", blob.bytes.size()).end().line().take();
  }
  // What says that contents are there whole is written when all their pieces are.
  for (const auto* part : {&lines, &heads})
    if (!part->empty()) RETURN_IF_ERROR(send_whole_bulk(cluster_, *index, *part, context.deadline));
  return {};
}

Result<std::optional<std::uint64_t>> ElasticsearchBlobs::size(const Context& context,
                                                              std::string_view sha2) {
  if (!is_sha2(sha2)) return std::nullopt;
  TRY(const auto* const index, index_of(context));
  const Call call{"GET", fmt::format("/{}/_doc/{}", *index, sha2)};
  TRY(const auto reply, cluster_.call(call, context.deadline));
  if (reply.status == 404) return std::nullopt;
  const auto source = reply.root().find("_source");
  const auto size = source ? source->find("size") : std::nullopt;
  if (!reply.ok() || !size || !size->is(Type::number)) return fail(refusal(call, reply));
  return static_cast<std::uint64_t>(size->as_integer().value_or(0));
}

Result<std::string> ElasticsearchBlobs::read(const Context& context, std::string_view sha2,
                                             std::uint64_t offset, std::size_t bytes_max) {
  TRY(const auto whole, size(context, sha2));
  if (!whole) return fail(Code::not_found, "There is no such attachment");
  if (offset >= *whole || bytes_max == 0) return std::string();
  TRY(const auto* const index, index_of(context));
  const std::uint64_t first = offset / piece_bytes;
  const std::uint64_t end = std::min<std::uint64_t>(*whole, offset + bytes_max);
  const std::uint64_t last = std::min((end - 1) / piece_bytes, first + pieces_per_request - 1);
  TRY(const auto joined, read_pieces(cluster_, *index, sha2, first, last, context.deadline));
  return joined.substr(offset - first * piece_bytes, end - offset);
}

}  // namespace lectern::store::elasticsearch
