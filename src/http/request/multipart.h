#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// multipart/mixed (RFC 2046, 5.1) as xAPI uses it for attachments (Data 2.4.11,
/// Communication 1.5.2). No preamble and no folded part headers; lines end in CRLF, or all in LF
/// where the first one does.
///
///     body  = *EOL "--" boundary *WS EOL part *(delimiter *WS EOL part) delimiter "--" any
///     delimiter = EOL "--" boundary
///     part  = *(name ":" *WS value EOL) [EOL content]
///
/// A delimiter may lack its EOL (@xapi/xapi 2.2.5 and 3.0.3 leave it out between attachments) where
/// the part before it names a SHA-2 that the bytes up to there have: one of the first
/// `glued_delimiters_max` such places in a part.
namespace lectern::http {

/// Lines that begin like a delimiter, but go on, which one part may hold: each costs a search.
inline constexpr std::size_t glued_delimiters_max = 16;

/// One part; views into the body it was cut from.
struct Part {
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view content;

  /// The value of the first header with this name, without regard to case.
  std::optional<std::string_view> find(std::string_view name) const;
};

/// The boundary parameter of a Content-Type value, bare or quoted. Errors: invalid when the type
/// is not multipart/mixed or has no usable boundary.
Result<std::string> multipart_boundary(std::string_view content_type);

/// Cuts a body at its boundary; at least one part. Errors: invalid when the body does not begin
/// with a boundary line, is not closed, or a part's headers are malformed; too_large beyond
/// limits::multipart_parts_max or limits::part_headers_max.
Result<std::vector<Part>> split_multipart(std::string_view body, std::string_view boundary);

/// Writes a multipart/mixed body piece by piece: head(), then the content, for each part; then
/// end(). The contents never pass through the writer, so they can be streamed.
class MultipartWriter {
 public:
  using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

  /// With a random boundary, that no content can be expected to hold.
  MultipartWriter();
  explicit MultipartWriter(std::string boundary) : boundary_(std::move(boundary)) {}

  /// `multipart/mixed; boundary=...`, the boundary bare.
  std::string content_type() const;
  /// What stands before the next part's content.
  std::string head(const Headers& headers);
  /// What stands behind the last part's content.
  std::string end() const;

 private:
  std::string boundary_;
  bool begun_ = false;
};

}  // namespace lectern::http
