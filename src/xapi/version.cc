#include "xapi/version.h"

#include <algorithm>

namespace lectern::xapi {
namespace {

/// Whether the text is identifiers between points (Semantic Versioning 2.0.0, 9 and 10).
bool are_identifiers(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) && text.front() != '.' &&
         text.back() != '.' && text.find("..") == text.npos;
}

/// A pre-release behind `-`, then a build behind `+`; one of them at least.
bool is_suffix(std::string_view text) {
  const std::size_t plus = std::min(text.find('+'), text.size());
  const std::string_view pre_release = text.substr(0, plus);
  const bool has_build = plus < text.size();
  if (has_build && !are_identifiers(text.substr(plus + 1))) return false;
  if (pre_release.empty()) return has_build;
  return pre_release.front() == '-' && are_identifiers(pre_release.substr(1));
}

}  // namespace

std::string_view text_of(Version version) { return version == Version::v1_0_3 ? "1.0.3" : "2.0.0"; }

std::optional<Version> parse_version(std::string_view header) {
  const std::string_view base = header.substr(0, 3);
  std::string_view rest = header.substr(base.size());
  if (base != "1.0" && base != "2.0") return std::nullopt;
  const auto version = base == "1.0" ? Version::v1_0_3 : Version::v2_0_0;
  if (rest.empty()) return version;
  if (rest.front() != '.') return std::nullopt;
  rest.remove_prefix(1);
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(digits);
  const bool fits = rest.empty() || (version == Version::v1_0_3 && is_suffix(rest));
  return digits > 0 && fits ? std::optional(version) : std::nullopt;
}

}  // namespace lectern::xapi
