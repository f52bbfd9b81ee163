#pragma once

#include <string>
#include <string_view>

/// The small pieces of JSON's grammar (RFC 8259) that json.cc reads by itself.
namespace lectern::json {

/// JSON's white space.
inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
/// Without the white space at its end.
inline std::string_view without_space_behind(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
/// Whether all of it is one number (section 6).
bool is_number(std::string_view text);
/// Takes one escape sequence (section 7) off the front and appends what it stands for; false for a
/// bad one. Half of a surrogate pair is bad too, unless `lenient`: then it stands for the three
/// bytes that its code point would have.
bool take_escape(std::string_view& text, std::string& out, bool lenient = false);

}  // namespace lectern::json
