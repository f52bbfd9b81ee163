#pragma once

#include <string>
#include <string_view>

/// The small pieces of JSON's grammar (RFC 8259) that json.cc reads by itself.
namespace lectern::json {

/// Without the white space at its end.
std::string_view without_space_behind(std::string_view text);
/// JSON's white space.
bool is_space(char c);
/// Whether all of it is one number (section 6).
bool is_number(std::string_view text);
/// Takes one escape sequence (section 7) off the front and appends what it stands for; false for a
/// bad one. Half of a surrogate pair is bad too, unless `lenient`: then it stands for the three
/// bytes that its code point would have.
bool take_escape(std::string_view& text, std::string& out, bool lenient = false);

}  // namespace lectern::json
