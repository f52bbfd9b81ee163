#include "xapi/folding.h"

#include <algorithm>

namespace lectern::xapi {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string normalised_mbox(std::string_view mbox) {
  std::string out(mbox);
  const auto scheme_end = std::find(out.begin(), out.end(), ':');
  if (scheme_end == out.end()) return out;
  std::transform(out.begin(), scheme_end, out.begin(), lower);
  const std::size_t at = out.rfind('@');
  if (at == std::string::npos) return out;
  const auto domain = out.begin() + static_cast<std::ptrdiff_t>(at);
  std::transform(domain, out.end(), domain, lower);
  return out;
}

}  // namespace lectern::xapi
