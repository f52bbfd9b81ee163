#include "auth/header.h"

#include "base/digest.h"

namespace lectern::auth {
namespace {

/// What stands behind the scheme, without blanks around; nothing for another scheme.
std::optional<std::string_view> behind(std::string_view scheme, std::string_view header) {
  constexpr std::string_view blanks = " \t";
  header.remove_prefix(std::min(header.find_first_not_of(blanks), header.size()));
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((header[i] | 0x20) != scheme[i]) return std::nullopt;
  header.remove_prefix(scheme.size());
  const std::size_t begin = header.find_first_not_of(blanks);
  if (begin == header.npos) return std::nullopt;
  return header.substr(begin, header.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

std::optional<NameAndPassword> parse_basic(std::string_view header) {
  const auto encoded = behind("basic", header);
  if (!encoded) return std::nullopt;
  const auto text = from_base64(*encoded);
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon == text->npos) return std::nullopt;
  return NameAndPassword{text->substr(0, colon), text->substr(colon + 1)};
}

std::optional<std::string_view> parse_bearer(std::string_view header) {
  const auto token = behind("bearer", header);
  if (!token || token->find_first_of(" \t") != token->npos) return std::nullopt;
  return token;
}

}  // namespace lectern::auth
