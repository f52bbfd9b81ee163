#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lectern::auth {

/// What a client says of itself under scheme Basic, as it came: nothing is checked yet.
struct NameAndPassword {
  std::string username;  ///< up to the first colon
  std::string password;
};

/// Reads an Authorization header of scheme Basic (RFC 7617): `Basic` in any letter case, blanks,
/// base64 of `username:password`. Nothing for any other text.
std::optional<NameAndPassword> parse_basic(std::string_view header);

/// The token of a header of scheme Bearer (RFC 6750), any letter case. Nothing for another text.
std::optional<std::string_view> parse_bearer(std::string_view header);

}  // namespace lectern::auth
