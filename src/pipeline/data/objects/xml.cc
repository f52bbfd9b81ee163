#include "pipeline/data/objects/xml.h"

#include <charconv>
#include <optional>
#include <vector>

namespace lectern::pipeline::objects {
namespace {

constexpr std::size_t depth_max = 16;

tl::unexpected<Error> malformed() {
  return fail(Code::invalid, "the server's answer is no XML that can be read");
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// Appends what `&name;` stands for; false for one that is not known.
bool append_entity(std::string& out, std::string_view name) {
  if (name == "amp") out += '&';
  if (name == "lt") out += '<';
  if (name == "gt") out += '>';
  if (name == "quot") out += '"';
  if (name == "apos") out += '\'';
  if (!name.starts_with('#'))
    return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
  const bool hex = name.starts_with("#x");
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  if (read.ec != std::errc{} || read.ptr != name.data() + name.size() || code > 0x10FFFF ||
      (code >= 0xD800 && code < 0xE000))
    return false;
  append_utf8(out, code);
  return true;
}

class Reader {
 public:
  Reader(std::string_view rest,
         const std::function<void(std::string_view path, const std::string& text)>& take)
      : rest_(rest), take_(take) {}

  Result<void> read() {
    while (!rest_.empty()) {
      const bool good = rest_.front() == '<' ? read_markup() : read_text();
      if (!good) return malformed();
    }
    return open_.empty() && seen_ ? Result<void>() : Result<void>(malformed());
  }

 private:
  struct Open {
    std::size_t path_size = 0;  // before it
    bool has_elements = false;
  };

  /// The text up to `end`, which is passed over too; nothing where it does not come.
  std::optional<std::string_view> until(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == rest_.npos) return std::nullopt;
    const auto text = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return text;
  }

  bool read_text() {
    const std::size_t size = std::min(rest_.find('<'), rest_.size());
    std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    while (!text.empty()) {
      const std::size_t plain = std::min(text.find('&'), text.size());
      text_ += text.substr(0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      const std::size_t end = text.find(';');
      if (end == text.npos || !append_entity(text_, text.substr(1, end - 1))) return false;
      text.remove_prefix(end + 1);
    }
    return true;
  }

  bool read_markup() {
    constexpr std::string_view cdata = "<![CDATA[";
    if (rest_.starts_with("<?")) return until("?>").has_value();
    if (rest_.starts_with("<!--")) return until("-->").has_value();
    if (rest_.starts_with(cdata)) {
      rest_.remove_prefix(cdata.size());
      const auto text = until("]]>");
      if (text) text_ += *text;
      return text.has_value();
    }
    if (rest_.starts_with("<!")) return until(">").has_value();
    const bool closes = rest_.starts_with("</");
    rest_.remove_prefix(closes ? 2 : 1);
    auto tag = tag_text();
    if (!tag) return false;
    const bool empty = !closes && tag->ends_with('/');
    if (empty) tag->remove_suffix(1);
    const std::string_view name = tag->substr(0, tag->find_first_of(" \t\r\n"));
    if (name.empty()) return false;
    if (!closes && !begin(name)) return false;
    return closes || empty ? end(name) : true;
  }

  /// Up to the `>` that stands in no attribute's value.
  std::optional<std::string_view> tag_text() {
    char quote = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote == 0 && c == '>') {
        const auto text = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (quote == 0 && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = 0;
    }
    return std::nullopt;
  }

  bool begin(std::string_view name) {
    if (open_.size() >= depth_max || (open_.empty() && seen_)) return false;
    if (!open_.empty()) open_.back().has_elements = true;
    open_.push_back({path_.size(), false});
    path_ += '/';
    path_ += name;
    text_.clear();
    seen_ = true;
    return true;
  }

  bool end(std::string_view name) {
    if (open_.empty()) return false;
    const Open one = open_.back();
    if (std::string_view(path_).substr(one.path_size + 1) != name) return false;
    if (one.has_elements) text_.clear();
    take_(path_, text_);
    open_.pop_back();
    path_.resize(one.path_size);
    text_.clear();
    return true;
  }

  std::string_view rest_;
  const std::function<void(std::string_view path, const std::string& text)>& take_;
  std::vector<Open> open_;
  std::string path_;   // of the innermost open element
  std::string text_;   // of it, so far
  bool seen_ = false;  // an element
};

}  // namespace

Result<void> for_each_element(
    std::string_view xml,
    const std::function<void(std::string_view path, const std::string& text)>& take) {
  return Reader(xml, take).read();
}

}  // namespace lectern::pipeline::objects
