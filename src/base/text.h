#pragma once

#include <string>
#include <string_view>

namespace lectern {

/// ASCII to lower case; everything else as it is.
std::string lower_case(std::string_view text);

/// Whether the two are equal but for ASCII letter case, as names of headers and schemes are.
bool equal_without_case(std::string_view a, std::string_view b);

/// A media type as it is compared: in lower case, without parameters and blanks. "" of "".
std::string media_type_of(std::string_view content_type);

/// Without blanks, tabs and line ends at both ends. Views the text.
std::string_view trimmed(std::string_view text);

/// Every byte but the unreserved ones as `%` and two hex digits (RFC 3986, 2.1).
std::string percent_encoded(std::string_view text);
/// The same of a path, whose slashes stay.
std::string percent_encoded_path(std::string_view path);
/// Undoes both; what is no such escape stays.
std::string percent_decoded(std::string_view text);

}  // namespace lectern
