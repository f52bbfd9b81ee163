#include "base/json/grammar.h"

#include <charconv>
#include <optional>

namespace lectern::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Four hexadecimal digits at `at`, as a UTF-16 code unit.
std::optional<unsigned> code_unit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  if (at + 4 > text.size()) return std::nullopt;
  const char* const first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
  if (error != std::errc{} || end != first + 4) return std::nullopt;
  return unit;
}

void append_utf8(std::string& out, unsigned point) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80 | ((point >> shift) & 0x3F));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Takes `\uXXXX`, or a pair of them for a character beyond the first plane.
bool take_unicode_escape(std::string_view& text, std::string& out, bool lenient) {
  const auto high = code_unit(text, 2);
  if (!high) return false;
  const auto take_one = [&] {
    append_utf8(out, *high);
    text.remove_prefix(6);
    return true;
  };
  if (*high < 0xD800 || *high > 0xDFFF) return take_one();
  const auto low = code_unit(text, 8);
  if (*high > 0xDBFF || text.substr(6, 2) != "\\u" || !low || *low < 0xDC00 || *low > 0xDFFF)
    return lenient && take_one();
  append_utf8(out, 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00));
  text.remove_prefix(12);
  return true;
}

}  // namespace

bool is_number(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  if (at == text.size() || !is_digit(text[at])) return false;
  at = text[at] == '0' ? at + 1 : skip_digits(text, at);
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = at + 1;
    at = skip_digits(text, first);
    if (at == first) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t first = at;
    at = skip_digits(text, first);
    if (at == first) return false;
  }
  return at == text.size();
}

bool take_escape(std::string_view& text, std::string& out, bool lenient) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (text.size() < 2) return false;
  if (text[1] == 'u') return take_unicode_escape(text, out, lenient);
  const std::size_t which = letters.find(text[1]);
  if (which == std::string_view::npos) return false;
  out += meanings[which];
  text.remove_prefix(2);
  return true;
}

}  // namespace lectern::json
