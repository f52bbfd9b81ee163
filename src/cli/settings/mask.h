#pragma once

#include <string>
#include <string_view>

namespace lectern::cli {

/// What stands in place of a secret.
inline constexpr std::string_view mask = "********";

/// A setting's value as it may be shown: without the passwords that stand in URLs
/// (`//user:password@`), in query parameters, key=value lists and JSON members whose names speak of
/// a password, a secret, a token or a key.
std::string masked(std::string_view value);

}  // namespace lectern::cli
