#include "http/compression.h"

#include <zlib.h>

#include "base/assert.h"
#include "base/text.h"

namespace lectern::http {
namespace {

constexpr int window_bits_gzip = 15 + 16;
constexpr int level = 3;  // level 6 makes statements a tenth smaller and takes twice the time
constexpr std::size_t step_bytes = 64 * 1024;
constexpr std::size_t zip_bytes_min = 1024;

struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, window_bits_gzip) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

/// zlib does not write to its input but, by default, does not say so.
Bytef* input(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Whether a `;q=` parameter says "not this one".
bool refused(std::string_view parameters) {
  const auto q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  const auto weight = trim(parameters.substr(q + 2));
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

bool is_text(std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") ||
         type.ends_with("xml");
}

}  // namespace

Result<void> gunzip(std::string_view zipped, std::uint64_t bytes_max, BodySpool& out,
                    Deadline deadline) {
  Inflater inflater;
  if (!inflater.ready) return fail(Code::unavailable, "Out of memory");
  auto& stream = inflater.stream;
  bool member_ended = false;
  std::size_t taken = 0;
  while (true) {
    if (stream.avail_in == 0) {
      const auto piece = zipped.substr(taken, step_bytes);
      taken += piece.size();
      stream.next_in = input(piece);
      stream.avail_in = static_cast<uInt>(piece.size());
      if (piece.empty()) break;
    }
    if (member_ended && inflateReset(&stream) != Z_OK) return fail(Code::internal, "inflateReset");
    if (std::chrono::steady_clock::now() > deadline)
      return fail(Code::unavailable, "Unzipping the request's body took too long");
    RETURN_IF_ERROR(out.reserve(step_bytes));
    auto& tail = out.tail();
    const auto before = tail.size();
    tail.resize(before + step_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(tail.data() + before);
    stream.avail_out = static_cast<uInt>(step_bytes);
    const int status = inflate(&stream, Z_NO_FLUSH);
    tail.resize(tail.size() - stream.avail_out);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      return fail(Code::invalid, "The request's body is not valid gzip");
    if (out.size() > bytes_max)
      return fail(Code::too_large, "The request's body, unzipped, is too large");
    member_ended = status == Z_STREAM_END;
    if (out.should_spill()) RETURN_IF_ERROR(out.spill());
  }
  if (!member_ended) return fail(Code::invalid, "The request's gzip body ends early");
  return {};
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  LECTERN_ASSERT(
      deflateInit2(&stream, level, Z_DEFLATED, window_bits_gzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LECTERN_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const auto item = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size()
                                                                  : comma + 1);
    const auto semicolon = item.find(';');
    const auto coding = trim(item.substr(0, semicolon));
    const auto parameters =
        semicolon == std::string_view::npos ? std::string_view{} : item.substr(semicolon + 1);
    if (equal_without_case(coding, "gzip") || equal_without_case(coding, "x-gzip"))
      return !refused(parameters);
    if (coding == "*") any = !refused(parameters);
  }
  return any;
}

void zip_if_worth(const Request& request, Response& response) {
  if (response.stream || response.body.size() <= zip_bytes_min || response.body.size() > UINT32_MAX)
    return;
  const auto type = response.headers.find("Content-Type");
  if (!type || !is_text(*type) || response.headers.find("Content-Encoding")) return;
  const auto vary = response.headers.find("Vary");
  if (!vary || vary->find("Accept-Encoding") == vary->npos)
    response.headers.add("Vary", "Accept-Encoding");
  const auto accepted = request.headers.find("Accept-Encoding");
  if (!accepted || !accepts_gzip(*accepted)) return;
  response.body = gzip(response.body);
  response.headers.set("Content-Encoding", "gzip");
  // A strong tag stands for the very bytes (RFC 9110, 8.8.3.3).
  const auto tag = response.headers.find("ETag");
  if (tag && tag->starts_with('"') && tag->ends_with('"'))
    response.headers.set("ETag", std::string(tag->substr(0, tag->size() - 1)) +
                                     std::string(zipped_tag_suffix) + '"');
}

}  // namespace lectern::http
