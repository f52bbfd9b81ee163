#include "store/elasticsearch/schema/packed_text.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <lz4.h>
#include <zlib.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/limits.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr unsigned blank_after_colon = 1, blank_after_comma = 2;
constexpr std::size_t head_bytes = 9;
constexpr std::size_t text_bytes_max = LZ4_MAX_INPUT_SIZE;
/// A byte of a block stands for no more of them than this.
constexpr std::size_t expansion_max = 255;
/// What is further behind is beyond the reach of a block.
constexpr std::size_t dictionary_bytes_max = 64UL * 1024;
/// A longer number may be beyond what a double holds.
constexpr std::size_t number_bytes_max = 300;

void append_number(std::string& out, std::uint32_t number) {
  for (int i = 0; i < 4; ++i, number >>= 8) out += static_cast<char>(number & 0xFF);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at + 4; i-- > at;)
    number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return number;
}

std::uint32_t check_of(std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

/// Writes the shadow of a statement, from a JSON text of it.
class ReferenceText {
 public:
  ReferenceText(std::string_view text, unsigned style)
      : rest_(text),
        colon_(style & blank_after_colon ? ": " : ":"),
        comma_(style & blank_after_comma ? ", " : ",") {
    out_.reserve(text.size() + 64);
  }

  /// Nothing, when the text is no JSON object that could be read.
  std::optional<std::string> take() {
    if (next() != '{') return std::nullopt;
    value(0);
    return readable_ ? std::optional(std::move(out_)) : std::nullopt;
  }
  /// Whether all numbers that were met are numbers in `_source` too.
  bool numbers_stay() const { return numbers_stay_; }

 private:
  /// The first character behind white space; 0 at the end.
  char next() {
    const auto at = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
    rest_.remove_prefix(at);
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool skip(char wanted) {
    if (next() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool give_up() { return readable_ = false; }

  /// False: it is left out, and what was written of it must go again.
  bool value(std::size_t depth) {
    switch (next()) {
      case '{':
        return depth <= limits::json_depth_max ? object(depth) : give_up();
      case '[':
        return depth <= limits::json_depth_max ? array(depth) : give_up();
      case '"':
        return string();
      default:
        return literal();
    }
  }

  bool literal() {
    const auto end = std::min(rest_.find_first_of(",]} \t\r\n"), rest_.size());
    const auto token = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (token.empty()) return give_up();
    if (token == "null") return false;
    if (token == "true" || token == "false")
      out_ += token;
    else if (token.size() > number_bytes_max || token.find_first_of("eE") != token.npos)
      numbers_stay_ = false;
    return true;
  }

  /// A token without escapes is already what it would become.
  bool string() {
    auto end = rest_.find('"', 1);
    if (end == rest_.npos) return give_up();
    const auto token = rest_.substr(0, end + 1);
    if (token.find('\\') != token.npos) return escaped_string();
    out_ += token;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool escaped_string() {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    const auto token = json::parse_view(rest_.substr(0, end + 1));
    if (!token || !(*token)->root().is(json::Type::string)) return give_up();
    json::append_quoted(out_, (*token)->root().string());
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool array(std::size_t depth) {
    rest_.remove_prefix(1);
    out_ += '[';
    bool any = false;
    if (!skip(']')) {
      do {
        const std::size_t before = out_.size();
        if (any) out_ += comma_;
        if (value(depth + 1))
          any = true;
        else
          out_.resize(before);
      } while (readable_ && skip(','));
      if (!skip(']')) return give_up();
    }
    out_ += ']';
    return any;
  }

  bool object(std::size_t depth) {
    rest_.remove_prefix(1);
    const std::size_t first = members_.size();
    const std::size_t begin = out_.size();
    if (!skip('}')) {
      do {
        member(depth);
      } while (readable_ && skip(','));
      if (!readable_ || !skip('}')) return give_up();
    }
    join(begin, first);
    const bool any = members_.size() > first;
    members_.resize(first);
    return any;
  }

  void member(std::size_t depth) {
    Member member{out_.size(), 0, 0};
    if (next() != '"' || !string()) return void(give_up());
    member.key_end = out_.size();
    out_ += colon_;
    if (!skip(':')) return void(give_up());
    const bool dropped = !value(depth + 1) || (depth == 0 && key(member) == R"("lectern")");
    member.end = out_.size();
    if (dropped)
      out_.resize(member.begin);
    else
      members_.push_back(member);
  }

  /// Puts the members of one object, which are all that was written since `begin`, into order.
  void join(std::size_t begin, std::size_t first) {
    const auto mine = std::span(members_).subspan(first);
    std::sort(mine.begin(), mine.end(),
              [this](const Member& a, const Member& b) { return key(a) < key(b); });
    scratch_.assign(out_, begin);
    out_.resize(begin);
    out_ += '{';
    for (const Member& member : mine) {
      if (&member != mine.data()) out_ += comma_;
      out_.append(scratch_, member.begin - begin, member.end - member.begin);
    }
    out_ += '}';
  }

  /// Where a member was written in out_.
  struct Member {
    std::size_t begin, key_end, end;
  };
  std::string_view key(const Member& member) const {
    return std::string_view(out_).substr(member.begin, member.key_end - member.begin);
  }

  std::string_view rest_;  // of the text
  const std::string_view colon_, comma_;
  std::string out_, scratch_;
  std::vector<Member> members_;  // of the objects that are being read
  bool readable_ = true, numbers_stay_ = true;
};

/// As the first members are written, so the others are likely to be.
unsigned style_of(std::string_view text) {
  const auto blank_behind = [text](std::string_view mark) {
    const auto at = text.find(mark);
    return at != text.npos && text.substr(at + mark.size(), 1) == " ";
  };
  return (blank_behind("\":") ? blank_after_colon : 0) |
         (blank_behind("\",") ? blank_after_comma : 0);
}

/// The part of a shadow that is in reach of the text's beginning.
std::string_view dictionary(const std::string& shadow) {
  const std::string_view all = shadow;
  return all.substr(all.size() - std::min(all.size(), dictionary_bytes_max));
}

Error damaged() {
  return {Code::internal, "The database holds a damaged statement", "", "",
          "its packed text does not go with its _source"};
}

}  // namespace

std::optional<std::string> pack_text(std::string_view text) {
  if (text.size() > text_bytes_max) return std::nullopt;
  const unsigned style = style_of(text);
  ReferenceText writer(text, style);
  const auto shadow = writer.take();
  if (!shadow || !writer.numbers_stay()) return std::nullopt;

  std::string out(1, static_cast<char>(style));
  append_number(out, static_cast<std::uint32_t>(text.size()));
  append_number(out, check_of(text));
  const int bound = LZ4_compressBound(static_cast<int>(text.size()));
  out.resize(head_bytes + static_cast<std::size_t>(bound));
  LZ4_stream_t stream;
  LZ4_initStream(&stream, sizeof stream);
  const auto known = dictionary(*shadow);
  LZ4_loadDict(&stream, known.data(), static_cast<int>(known.size()));
  const int bytes = LZ4_compress_fast_continue(&stream, text.data(), out.data() + head_bytes,
                                               static_cast<int>(text.size()), bound, 1);
  if (bytes <= 0) return std::nullopt;
  out.resize(head_bytes + static_cast<std::size_t>(bytes));
  std::string packed = to_base64(out);
  if (packed.size() >= text.size()) return std::nullopt;
  return packed;
}

Result<std::string> unpack_text(std::string_view packed, std::string_view source) {
  const auto bytes = from_base64(packed);
  if (!bytes || bytes->size() < head_bytes) return fail(damaged());
  const auto style = static_cast<std::uint8_t>((*bytes)[0]);
  const std::size_t size = number_at(*bytes, 1);
  const auto block = std::string_view(*bytes).substr(head_bytes);
  if (style > (blank_after_colon | blank_after_comma) || size > text_bytes_max ||
      block.size() > text_bytes_max || size > block.size() * expansion_max)
    return fail(damaged());
  const auto shadow = ReferenceText(source, style).take();
  if (!shadow) return fail(damaged());
  const auto known = dictionary(*shadow);
  std::string text(size, '\0');
  const int unpacked = LZ4_decompress_safe_usingDict(
      block.data(), text.data(), static_cast<int>(block.size()), static_cast<int>(size),
      known.data(), static_cast<int>(known.size()));
  if (unpacked < 0 || static_cast<std::size_t>(unpacked) != size ||
      check_of(text) != number_at(*bytes, 5))
    return fail(damaged());
  return text;
}

}  // namespace lectern::store::elasticsearch
