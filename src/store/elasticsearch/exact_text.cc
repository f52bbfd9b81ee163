#include "store/elasticsearch/exact_text.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <lz4.h>
#include <zlib.h>

#include "base/digest.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

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

/// Writes the shadow of a statement.
class Shadow {
 public:
  explicit Shadow(unsigned style)
      : colon_(style & blank_after_colon ? ": " : ":"),
        comma_(style & blank_after_comma ? ", " : ",") {}

  std::string take(Value statement) {
    out_.reserve(statement.source().size());
    object(statement, true);
    return std::move(out_);
  }
  /// Whether all numbers that were met are numbers in `_source` too.
  bool sure() const { return sure_; }

 private:
  /// False: it is left out, and what was written of it must go again.
  bool value(Value value) {
    switch (value.type()) {
      case Type::null:
        return false;
      case Type::boolean:
        out_ += value.boolean() ? "true" : "false";
        return true;
      case Type::number: {
        const auto number = value.number();
        sure_ =
            sure_ && number.size() <= number_bytes_max && number.find_first_of("eE") == number.npos;
        return true;
      }
      case Type::string:
        quote(value.source(), value.string());
        return true;
      case Type::array:
        return array(value);
      case Type::object:
        return object(value, false);
    }
    return false;
  }

  bool array(Value array) {
    out_ += '[';
    bool any = false;
    for (const Value element : array.children()) {
      const std::size_t before = out_.size();
      if (any) out_ += comma_;
      if (value(element))
        any = true;
      else
        out_.resize(before);
    }
    out_ += ']';
    return any;
  }

  /// `open_` is a stack: the members of the objects that are being written.
  bool object(Value object, bool outermost) {
    const std::size_t first = open_.size();
    for (const Value member : object.children())
      if (!outermost || member.key() != "lectern") open_.emplace_back(member.key(), member);
    const std::size_t end = open_.size();
    const auto by_key = [](const Member& a, const Member& b) { return a.first < b.first; };
    std::sort(open_.begin() + static_cast<std::ptrdiff_t>(first), open_.end(), by_key);
    out_ += '{';
    bool any = false;
    for (std::size_t i = first; i < end; ++i) {
      const std::size_t before = out_.size();
      const auto [key, member] = open_[i];
      if (any) out_ += comma_;
      quote(member.key_source(), key);
      out_ += colon_;
      if (value(member))
        any = true;
      else
        out_.resize(before);
    }
    out_ += '}';
    open_.resize(first, {{}, object});
    return any;
  }

  /// A token without escapes is already what it would become.
  void quote(std::string_view token, std::string_view text) {
    if (token.find('\\') == token.npos)
      out_ += token;
    else
      json::append_quoted(out_, text);
  }

  using Member = std::pair<std::string_view, Value>;

  const std::string_view colon_, comma_;
  std::string out_;
  std::vector<Member> open_;
  bool sure_ = true;
};

/// As the first two members are written, so the rest will be.
unsigned style_of(std::string_view text, Value statement) {
  unsigned style = 0;
  std::size_t members = 0, end = 0;
  for (const Value member : statement.children()) {
    const auto key = static_cast<std::size_t>(member.key_source().data() - text.data());
    if (members == 0 && member.offset() > key + member.key_source().size() + 1)
      style |= blank_after_colon;
    if (members == 1 && key > end + 1) style |= blank_after_comma;
    end = member.offset() + member.source().size();
    if (++members == 2) break;
  }
  return style;
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
  const auto document = json::parse_view(text);
  if (!document || !(*document)->root().is(Type::object)) return std::nullopt;
  const Value statement = (*document)->root();
  const unsigned style = style_of((*document)->text(), statement);
  Shadow writer(style);
  const std::string shadow = writer.take(statement);
  if (!writer.sure()) return std::nullopt;

  std::string out(1, static_cast<char>(style));
  append_number(out, static_cast<std::uint32_t>(text.size()));
  append_number(out, check_of(text));
  const int bound = LZ4_compressBound(static_cast<int>(text.size()));
  out.resize(head_bytes + static_cast<std::size_t>(bound));
  LZ4_stream_t stream;
  LZ4_initStream(&stream, sizeof stream);
  const auto known = dictionary(shadow);
  LZ4_loadDict(&stream, known.data(), static_cast<int>(known.size()));
  const int bytes = LZ4_compress_fast_continue(&stream, text.data(), out.data() + head_bytes,
                                               static_cast<int>(text.size()), bound, 1);
  if (bytes <= 0) return std::nullopt;
  out.resize(head_bytes + static_cast<std::size_t>(bytes));
  std::string packed = to_base64(out);
  if (packed.size() >= text.size()) return std::nullopt;
  return packed;
}

Result<std::string> unpack_text(std::string_view packed, Value source) {
  const auto bytes = from_base64(packed);
  if (!bytes || bytes->size() < head_bytes || !source.is(Type::object)) return fail(damaged());
  const auto style = static_cast<std::uint8_t>((*bytes)[0]);
  const std::size_t size = number_at(*bytes, 1);
  const auto block = std::string_view(*bytes).substr(head_bytes);
  if (style > (blank_after_colon | blank_after_comma) || size > text_bytes_max ||
      block.size() > text_bytes_max || size > block.size() * expansion_max)
    return fail(damaged());
  const std::string shadow = Shadow(style).take(source);
  const auto known = dictionary(shadow);
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
