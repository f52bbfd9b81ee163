#include "base/digest.h"

#include <array>
#include <cstdint>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/assert.h"

namespace lectern {
namespace {

using Bytes = unsigned char;

const Bytes* raw(std::string_view text) { return reinterpret_cast<const Bytes*>(text.data()); }
Bytes* raw(std::string& text) { return reinterpret_cast<Bytes*>(text.data()); }

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode64(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[(held >> bits) & 0x3F];
    }
  }
  if (bits > 0) out += alphabet[(held << (6 - bits)) & 0x3F];
  while (pad && out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> decode64(std::string_view text, std::string_view alphabet) {
  std::array<std::int8_t, 256> values;
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    held = (held << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((held >> bits) & 0xFF);
    }
  }
  // Bits left over must be zero, or two texts would stand for the same bytes.
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

// SHA1() and SHA256() look their algorithm up at each call: a quarter of the time that a statement
// takes.

std::string sha1(std::string_view bytes) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  std::string out(SHA_DIGEST_LENGTH, '\0');
  LECTERN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), nullptr, kind, nullptr) == 1);
  return out;
}

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  LECTERN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), nullptr, kind, nullptr) == 1);
  return out;
}

std::optional<std::string> sha2_of_length(std::string_view bytes, std::size_t hex_digits) {
  const EVP_MD* kind = hex_digits == 56    ? EVP_sha224()
                       : hex_digits == 64  ? EVP_sha256()
                       : hex_digits == 96  ? EVP_sha384()
                       : hex_digits == 128 ? EVP_sha512()
                                           : nullptr;
  if (kind == nullptr) return std::nullopt;
  std::string out(hex_digits / 2, '\0');
  LECTERN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), nullptr, kind, nullptr) == 1);
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), raw(out),
       &size);
  return out;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 0x0F];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = value(text[i]), low = value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string to_base64(std::string_view bytes) { return encode64(bytes, standard_alphabet, true); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.ends_with('=')) text.remove_suffix(1);
  return decode64(text, standard_alphabet);
}

std::string to_base64url(std::string_view bytes) { return encode64(bytes, url_alphabet, false); }

std::optional<std::string> from_base64url(std::string_view text) {
  return decode64(text, url_alphabet);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace lectern
