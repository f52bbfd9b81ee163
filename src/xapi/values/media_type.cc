// The grammar of a media type (RFC 9110, 8.3.1):
//
//   media-type = token "/" token *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

bool is_token_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool read_token(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && is_token_character(text[at])) ++at;
  return at > begin;
}

bool read_character(std::string_view text, std::size_t& at, char wanted) {
  if (at == text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
}

/// Reads a quoted string from its opening quote on.
bool read_quoted(std::string_view text, std::size_t& at) {
  if (!read_character(text, at, '"')) return false;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      ++at;
      return true;
    }
    if (text[at] == '\\' && ++at == text.size()) return false;
    const auto c = static_cast<unsigned char>(text[at]);
    if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
  }
  return false;
}

}  // namespace

bool is_media_type(std::string_view text) {
  std::size_t at = 0;
  if (!read_token(text, at) || !read_character(text, at, '/') || !read_token(text, at))
    return false;
  while (at < text.size()) {
    skip_blanks(text, at);
    if (!read_character(text, at, ';')) return false;
    skip_blanks(text, at);
    if (at == text.size() || text[at] == ';') continue;
    if (!read_token(text, at) || !read_character(text, at, '=')) return false;
    if (at < text.size() && text[at] == '"' ? !read_quoted(text, at) : !read_token(text, at))
      return false;
  }
  return true;
}

}  // namespace lectern::xapi
