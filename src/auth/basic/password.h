#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::auth {

/// The cost (log2 of rounds) of new hashes: about 0.2 s of a core.
inline constexpr unsigned bcrypt_cost = 12;

/// Whether the text is a bcrypt hash that can be checked: $2a$, $2b$ or $2y$.
bool is_bcrypt(std::string_view hash);

/// Whether the password has this hash. As bcrypt does it, bytes behind the 72nd do not count; a
/// password with a NUL, which bcrypt cannot tell from a shorter one, is wrong. Takes as long as the
/// hash's cost says, right or wrong. Thread-safe.
bool verify_password(std::string_view password, const std::string& hash);

/// A $2b$ hash with a random salt. Errors: invalid for an empty password, one with a NUL or of more
/// than 72 bytes; internal.
Result<std::string> hash_password(std::string_view password, unsigned cost = bcrypt_cost);

}  // namespace lectern::auth
