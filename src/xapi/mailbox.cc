#include "xapi/mailbox.h"

#include <algorithm>

#include "xapi/folding.h"

namespace lectern::xapi {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 128;
}

bool is_local_character(char c) {
  if (is_letter_or_digit(c)) return true;
  return c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view inside = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '"') return false;
    if (inside[i] == '\\' && ++i == inside.size()) return false;
    const auto c = static_cast<unsigned char>(inside[i]);
    if (c < 0x20 || c == 0x7F) return false;
  }
  return true;
}

bool is_domain(std::string_view text) {
  std::size_t labels = 0;
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    const auto good = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    if (!std::all_of(label.begin(), label.end(), good)) return false;
    ++labels;
    if (dot == text.size()) return labels >= 2;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_mbox(std::string_view text) {
  constexpr std::string_view scheme = "mailto:";
  if (!equal_but_case(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  const bool good = std::all_of(local.begin(), local.end(), is_local_character) || is_quoted(local);
  return good && is_domain(text.substr(at + 1));
}

}  // namespace lectern::xapi
