#include "xapi/values/mailbox.h"

#include <algorithm>

#include "base/text.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 128;
}

/// What an atom of a mail address may hold (RFC 5322, 3.2.3), but for what parts an IRI: there
/// these are percent-encoded.
bool is_atom_character(char c) {
  if (is_letter_or_digit(c)) return true;
  return c != '\0' && std::string_view("!$%&'*+-=_~").find(c) != std::string_view::npos;
}

/// Atoms with single dots between.
bool is_dot_atom(std::string_view text) {
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view atom = text.substr(0, dot);
    if (atom.empty() || !std::all_of(atom.begin(), atom.end(), is_atom_character)) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

/// As is_dot_atom(), with dots anywhere: mail systems that hand out `a.@b.org` exist. A
/// percent-encoded quoted string is among these.
bool is_local(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_atom_character(c) || c == '.'; });
}

}  // namespace

bool is_mbox(std::string_view text) {
  constexpr std::string_view scheme = "mailto:";
  if (!equal_without_case(text.substr(0, scheme.size()), scheme) || !is_iri(text)) return false;
  text.remove_prefix(scheme.size());
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && is_local(text.substr(0, at)) &&
         is_dot_atom(text.substr(at + 1));
}

}  // namespace lectern::xapi
