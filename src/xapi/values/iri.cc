// The grammar of an IRI with a scheme (RFC 3987, 2.2), read left to right:
//
//   IRI       = scheme ":" [ "//" authority ] path [ "?" query ] [ "#" fragment ]
//   scheme    = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
//   authority = [ userinfo "@" ] host [ ":" port ]
//   host      = "[" IPv6 or IPvFuture "]" / *( iunreserved / pct-encoded / sub-delims )
#include <array>
#include <cstdint>

#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

/// Which parts of an IRI a character may stand in.
enum Part : std::uint8_t {
  in_name = 1,      // unreserved and sub-delims: everywhere
  in_userinfo = 2,  // and ":"
  in_path = 4,      // and "@", "/"
  in_query = 8,     // and "?"; the fragment too
  in_scheme = 16,
  is_hex = 32,
};

constexpr std::array<std::uint8_t, 128> make_parts() {
  std::array<std::uint8_t, 128> parts{};
  const auto add = [&](std::string_view characters, int part) {
    for (const char c : characters) {
      auto& entry = parts[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | part);
    }
  };
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view digits = "0123456789";
  constexpr int everywhere = in_name | in_userinfo | in_path | in_query;
  for (const auto characters : {letters, digits}) add(characters, everywhere | in_scheme);
  add("-._~!$&'()*+,;=", everywhere);
  add(":", in_userinfo | in_path | in_query);
  add("@/", in_path | in_query);
  add("?", in_query);
  add("+-.", in_scheme);
  add("0123456789abcdefABCDEF", is_hex);
  return parts;
}

constexpr auto parts = make_parts();

bool is(char c, Part part) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 128 && (parts[byte] & part) != 0;
}

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// ucschar, and in a query iprivate as well (RFC 3987, 2.2).
bool is_international(char32_t c, Part part) {
  if (c < 0xE000) return c >= 0xA0 && c < 0xD800;
  if (c < 0xF900) return part == in_query;
  if (c < 0x10000) return c < 0xFDD0 || (c >= 0xFDF0 && c < 0xFFF0);
  if ((c & 0xFFFF) >= 0xFFFE) return false;
  if (c < 0xF0000) return c < 0xE0000 || c >= 0xE1000;
  return part == in_query;
}

/// Reads one character of valid UTF-8 that is not ASCII; 0 when the text is cut.
char32_t decode(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC0 || at + size > text.size()) return 0;
  char32_t c = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    c = (c << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  at += size;
  return c;
}

/// Moves `at` behind all that may stand in this part.
void skip(std::string_view text, std::size_t& at, Part part) {
  while (at < text.size()) {
    if (is(text[at], part)) {
      ++at;
    } else if (text[at] == '%') {
      if (at + 2 >= text.size() || !is(text[at + 1], is_hex) || !is(text[at + 2], is_hex)) return;
      at += 3;
    } else if (static_cast<unsigned char>(text[at]) >= 128) {
      std::size_t behind = at;
      if (!is_international(decode(text, behind), part)) return;
      at = behind;
    } else {
      return;
    }
  }
}

/// What stands between the brackets is held to its alphabet and to having a colon or a version.
bool is_ip_literal(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == 'v' || text.front() == 'V') {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
    for (const char c : text.substr(1, dot - 1))
      if (!is(c, is_hex)) return false;
    for (const char c : text.substr(dot + 1))
      if (!is(c, in_userinfo)) return false;
    return true;
  }
  for (const char c : text)
    if (!is(c, is_hex) && c != ':' && c != '.') return false;
  return text.find(':') != std::string_view::npos;
}

/// Reads `[ userinfo "@" ] host [ ":" port ]`; what follows is left to the caller.
bool read_authority(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  skip(text, at, in_userinfo);
  if (at < text.size() && text[at] == '@') {
    ++at;
  } else {
    at = begin;
  }
  if (at < text.size() && text[at] == '[') {
    const std::size_t close = text.find(']', at);
    if (close == std::string_view::npos || !is_ip_literal(text.substr(at + 1, close - at - 1)))
      return false;
    at = close + 1;
  } else {
    skip(text, at, in_name);
  }
  if (at < text.size() && text[at] == ':') {
    ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  return at == text.size() || text[at] == '/' || text[at] == '?' || text[at] == '#';
}

}  // namespace

bool is_iri(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return false;
  std::size_t at = 1;
  while (at < text.size() && is(text[at], in_scheme)) ++at;
  if (at == text.size() || text[at] != ':') return false;
  ++at;
  if (text.substr(at, 2) == "//") {
    at += 2;
    if (!read_authority(text, at)) return false;
  }
  skip(text, at, in_path);
  if (at < text.size() && text[at] == '?') skip(text, ++at, in_query);
  if (at < text.size() && text[at] == '#') skip(text, ++at, in_query);
  return at == text.size();
}

}  // namespace lectern::xapi
