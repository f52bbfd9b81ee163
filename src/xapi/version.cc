#include "xapi/version.h"

#include <algorithm>

namespace lectern::xapi {

std::string_view text_of(Version version) { return version == Version::v1_0_3 ? "1.0.3" : "2.0.0"; }

std::optional<Version> parse_version(std::string_view header) {
  const std::string_view base = header.substr(0, 3);
  const std::string_view patch = header.substr(base.size());
  if (base != "1.0" && base != "2.0") return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool fits = patch.empty() || (patch.size() >= 2 && patch.front() == '.' &&
                                      std::all_of(patch.begin() + 1, patch.end(), is_digit));
  if (!fits) return std::nullopt;
  return base == "1.0" ? Version::v1_0_3 : Version::v2_0_0;
}

}  // namespace lectern::xapi
