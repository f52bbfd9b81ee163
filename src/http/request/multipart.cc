#include "http/request/multipart.h"

#include <algorithm>

#include "base/digest.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uuid.h"
#include "http/wire/message.h"

namespace lectern::http {
namespace {

constexpr std::string_view crlf = "\r\n", lf = "\n";
constexpr std::size_t boundary_bytes_max = 256;  // RFC 2046 says 70; clients exceed it

tl::unexpected<Error> invalid(std::string message) {
  Error error;
  error.code = Code::invalid;
  error.message = std::move(message);
  error.rule = "Communication 1.5.2";
  return fail(std::move(error));
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads a parameter's value, a token or a quoted string, from the front of `text`.
std::string take_value(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const auto end = std::min(text.find(';'), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value.push_back(text[at++]);
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  text.remove_prefix(std::min(text.find(';'), text.size()));
  return value;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= boundary_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

/// How the text behind `--boundary` goes on.
enum class Line { none, part, end };

/// Whether `rest`, behind a boundary, makes it a delimiter; of a part line, `rest` is moved to the
/// part. Where lines end in LF, a CR before it is passed over.
Line classify(std::string_view& rest, std::string_view eol) {
  if (rest.starts_with("--")) return Line::end;
  const auto text = std::min(rest.find_first_not_of(eol == lf ? " \t\r" : " \t"), rest.size());
  if (!rest.substr(text).starts_with(eol)) return Line::none;
  rest.remove_prefix(text + eol.size());
  return Line::part;
}

Result<Part> parse_part(std::string_view bytes, std::string_view eol) {
  Part part;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find(eol), bytes.size());
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + eol.size(), bytes.size()));
    if (eol == lf && line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      part.content = bytes;
      return part;
    }
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos ||
        line.substr(0, colon).find_first_of(" \t\r\n") != std::string_view::npos)
      return invalid("A part of the multipart body has a malformed header");
    if (part.headers.size() == limits::part_headers_max)
      return fail(Code::too_large, "A part of the multipart body has too many headers");
    part.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return part;
}

/// Cuts a body behind its first boundary line.
class Splitter {
 public:
  Splitter(std::string_view body, const std::string& dashed, std::string_view eol)
      : body_(body), dashed_(dashed), eol_(eol), delimiter_(std::string(eol) + dashed) {}

  Result<std::vector<Part>> split(std::string_view rest) {
    std::vector<Part> parts;
    while (true) {
      // A part may be empty: then the line break behind its boundary belongs to the next one too.
      const auto begin = static_cast<std::size_t>(rest.data() - body_.data());
      seek(begin - eol_.size());
      if (at_ == std::string_view::npos)
        return invalid("The multipart body is not closed by its boundary");
      if (parts.size() == limits::multipart_parts_max)
        return fail(Code::too_large, "The multipart body has too many parts");
      TRY(auto part, parse_part(body_.substr(begin, at_ > begin ? at_ - begin : 0), eol_));
      const auto behind = unglue(part);
      parts.push_back(std::move(part));
      if (!behind && line_ == Line::end) return parts;
      rest = behind ? *behind : rest_;
    }
  }

 private:
  /// Finds the first delimiter at `from` or behind it. It is searched for once, however many
  /// parts come out of what is before it.
  void seek(std::size_t from) {
    if (at_ != std::string_view::npos && at_ >= from && line_ != Line::none) return;
    line_ = Line::none;
    for (at_ = body_.find(delimiter_, from); at_ != std::string_view::npos;
         at_ = body_.find(delimiter_, at_ + 1)) {
      rest_ = body_.substr(at_ + delimiter_.size());
      line_ = classify(rest_, eol_);
      if (line_ != Line::none) return;
    }
  }

  /// Where the part names a SHA-2 that it has up to a delimiter without a line break before it, it
  /// ends there. The text of the next part then.
  std::optional<std::string_view> unglue(Part& part) const {
    const auto hash = part.find("X-Experience-API-Hash");
    if (!hash) return std::nullopt;
    auto at = part.content.find(dashed_);
    for (std::size_t tried = 0; at != std::string_view::npos && tried < glued_delimiters_max;) {
      auto rest = part.content.substr(at + dashed_.size());
      if (classify(rest, eol_) == Line::part) {
        ++tried;
        const auto content = part.content.substr(0, at);
        if (has_sha2(content, *hash)) {
          part.content = content;
          return behind(rest);
        }
      }
      at = part.content.find(dashed_, at + 1);
    }
    keep_line_break(part, *hash);
    return std::nullopt;
  }

  /// The line break before a delimiter that is glued belongs to the part.
  void keep_line_break(Part& part, std::string_view hash) const {
    const bool reaches_delimiter = part.content.data() + part.content.size() == body_.data() + at_;
    if (line_ != Line::part || !reaches_delimiter) return;
    const std::string_view whole(part.content.data(), part.content.size() + eol_.size());
    if (has_sha2(whole, hash)) part.content = whole;
  }

  std::string_view behind(std::string_view rest) const {
    return body_.substr(static_cast<std::size_t>(rest.data() - body_.data()));
  }

  static bool has_sha2(std::string_view content, std::string_view hash) {
    const auto digest = sha2_of_length(content, hash.size());
    return digest && equal_without_case(to_hex(*digest), hash);
  }

  const std::string_view body_;
  const std::string& dashed_;
  const std::string_view eol_;
  const std::string delimiter_;
  std::size_t at_ = 0;  ///< of the delimiter that was found last
  Line line_ = Line::none;
  std::string_view rest_;  ///< behind it
};

}  // namespace

std::optional<std::string_view> Part::find(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_without_case(key, name)) return value;
  return std::nullopt;
}

Result<std::string> multipart_boundary(std::string_view content_type) {
  const auto semicolon = std::min(content_type.find(';'), content_type.size());
  if (!equal_without_case(trim(content_type.substr(0, semicolon)), "multipart/mixed"))
    return invalid("The Content-Type is not multipart/mixed");
  auto rest = content_type.substr(semicolon);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon
    const auto end = rest.find_first_of("=;");
    if (end == std::string_view::npos) break;
    const auto name = trim(rest.substr(0, end));
    rest.remove_prefix(end);
    if (rest.front() == ';') continue;
    rest.remove_prefix(1);
    while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
    auto value = take_value(rest);
    if (!equal_without_case(name, "boundary")) continue;
    if (!is_boundary(value)) return invalid("The Content-Type's boundary is not usable");
    return value;
  }
  return invalid("The Content-Type multipart/mixed has no boundary");
}

Result<std::vector<Part>> split_multipart(std::string_view body, std::string_view boundary) {
  const std::string dashed = "--" + std::string(boundary);
  auto rest = body;
  rest.remove_prefix(std::min(rest.find_first_not_of(crlf), rest.size()));
  if (!rest.starts_with(dashed))
    return invalid("The multipart body does not begin with its boundary");
  rest.remove_prefix(dashed.size());
  const auto eol = rest.substr(0, rest.find('\n')).ends_with('\r') ? crlf : lf;
  if (classify(rest, eol) != Line::part)
    return invalid("The multipart body does not begin with its boundary");
  return Splitter(body, dashed, eol).split(rest);
}

MultipartWriter::MultipartWriter() : boundary_("part-" + Uuid::random().text()) {}

std::string MultipartWriter::content_type() const {
  return "multipart/mixed; boundary=" + boundary_;
}

std::string MultipartWriter::head(const Headers& headers) {
  std::string out = begun_ ? "\r\n--" : "--";
  begun_ = true;
  out += boundary_;
  out += crlf;
  for (const auto& [name, value] : headers) {
    out += name;
    out += ": ";
    out += value;
    out += crlf;
  }
  out += crlf;
  return out;
}

std::string MultipartWriter::end() const { return "\r\n--" + boundary_ + "--\r\n"; }

}  // namespace lectern::http
