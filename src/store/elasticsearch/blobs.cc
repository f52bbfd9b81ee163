#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "store/elasticsearch/documents.h"
#include "store/elasticsearch/layout.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t piece_bytes = 1024UL * 1024;
constexpr std::size_t pieces_per_request = 8;

bool is_sha2(std::string_view text) {
  return !text.empty() && text.size() <= 128 && from_hex(text).has_value();
}

std::string piece_id(std::string_view sha2, std::uint64_t piece) {
  return fmt::format("{}:{}", sha2, piece);
}

/// The pieces from `first` to `last` of a content, joined.
Result<std::string> read_pieces(Cluster& cluster, std::string_view index, std::string_view sha2,
                                std::uint64_t first, std::uint64_t last, Deadline deadline) {
  std::string body = R"({"ids":[)";
  for (std::uint64_t piece = first; piece <= last; ++piece)
    body += fmt::format(R"({}"{}")", piece == first ? "" : ",", piece_id(sha2, piece));
  body += "]}";
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

Result<std::string*> Documents::blobs_of(const Context& context) {
  return ready_blobs_.of(context.target, [&]() -> Result<std::unique_ptr<std::string>> {
    TRY(auto names, index_names(settings_.default_index, context.target));
    RETURN_IF_ERROR(prepare_blobs(cluster_, names.blobs, context.deadline));
    return std::make_unique<std::string>(std::move(names.blobs));
  });
}

Result<void> Documents::put_blob(const Context& context, std::string_view sha2,
                                 std::string_view bytes) {
  if (!is_sha2(sha2)) return fail(Code::invalid, "The sha2 of an attachment is not hexadecimal");
  TRY(const auto known, blob_size(context, sha2));
  if (known) return {};
  TRY(const auto* const index, blobs_of(context));
  std::string lines;
  std::uint64_t piece = 0;
  for (std::size_t begin = 0; begin < bytes.size(); begin += piece_bytes, ++piece) {
    append_index(lines, piece_id(sha2, piece));
    lines += R"({"bytes":")" + to_base64(bytes.substr(begin, piece_bytes)) + "\"}\n";
    if (piece % pieces_per_request != pieces_per_request - 1) continue;
    RETURN_IF_ERROR(send_whole_bulk(cluster_, *index, lines, context.deadline));
    lines.clear();
  }
  if (!lines.empty()) RETURN_IF_ERROR(send_whole_bulk(cluster_, *index, lines, context.deadline));
  std::string head;
  append_index(head, sha2);
  head += fmt::format(R"({{"size":{}}})", bytes.size()) + "\n";
  return send_whole_bulk(cluster_, *index, head, context.deadline);
}

Result<std::optional<std::uint64_t>> Documents::blob_size(const Context& context,
                                                          std::string_view sha2) {
  if (!is_sha2(sha2)) return std::nullopt;
  TRY(const auto* const index, blobs_of(context));
  const Call call{"GET", fmt::format("/{}/_doc/{}", *index, sha2)};
  TRY(const auto reply, cluster_.call(call, context.deadline));
  if (reply.status == 404) return std::nullopt;
  const auto source = reply.root().find("_source");
  const auto size = source ? source->find("size") : std::nullopt;
  if (!reply.ok() || !size || !size->is(Type::number)) return fail(refusal(call, reply));
  return static_cast<std::uint64_t>(size->as_integer().value_or(0));
}

Result<std::string> Documents::read_blob(const Context& context, std::string_view sha2,
                                         std::uint64_t offset, std::size_t bytes_max) {
  TRY(const auto size, blob_size(context, sha2));
  if (!size) return fail(Code::not_found, "There is no such attachment");
  if (offset >= *size || bytes_max == 0) return std::string();
  TRY(const auto* const index, blobs_of(context));
  const std::uint64_t first = offset / piece_bytes;
  const std::uint64_t end = std::min<std::uint64_t>(*size, offset + bytes_max);
  const std::uint64_t last = std::min((end - 1) / piece_bytes, first + pieces_per_request - 1);
  TRY(const auto joined, read_pieces(cluster_, *index, sha2, first, last, context.deadline));
  return joined.substr(offset - first * piece_bytes, end - offset);
}

}  // namespace lectern::store::elasticsearch
