#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lectern {

/// The SHA-1 of the bytes, as 20 raw bytes.
std::string sha1(std::string_view bytes);
/// The SHA-256 of the bytes, as 32 raw bytes.
std::string sha256(std::string_view bytes);
/// The SHA-2 of the bytes with as many bits as `hex_digits` digits hold: 56, 64, 96 or 128 digits
/// for SHA-224, 256, 384, 512. Raw bytes; nothing for another length.
std::optional<std::string> sha2_of_length(std::string_view bytes, std::size_t hex_digits);
/// HMAC-SHA-256, 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
/// The bytes of a hexadecimal text of either case, or nothing.
std::optional<std::string> from_hex(std::string_view text);

/// Base64 with padding (RFC 4648, 4).
std::string to_base64(std::string_view bytes);
/// Strict: the alphabet of RFC 4648, 4, right padding, no white space; or nothing.
std::optional<std::string> from_base64(std::string_view text);
/// Base64url without padding (RFC 4648, 5), as in JOSE.
std::string to_base64url(std::string_view bytes);
/// Strict base64url without padding, or nothing.
std::optional<std::string> from_base64url(std::string_view text);

/// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace lectern
