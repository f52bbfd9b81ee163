#include "base/uuid.h"

#include <cstring>

#include <openssl/rand.h>

#include "base/assert.h"
#include "base/digest.h"

namespace lectern {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void mark(Uuid& id, std::uint8_t version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < 36; ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = id.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++nibble;
  }
  return id;
}

Uuid Uuid::random() {
  // RAND_bytes costs about a microsecond a call: draw for many ids at once.
  thread_local std::array<std::uint8_t, 16 * 64> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    LECTERN_ASSERT(RAND_bytes(pool.data(), static_cast<int>(pool.size())) == 1);
    used = 0;
  }
  Uuid id;
  std::memcpy(id.bytes.data(), pool.data() + used, 16);
  used += 16;
  mark(id, 4);
  return id;
}

Uuid Uuid::from_name(const Uuid& space, std::string_view name) {
  std::string input(reinterpret_cast<const char*>(space.bytes.data()), 16);
  input += name;
  const std::string digest = sha1(input);
  Uuid id;
  std::memcpy(id.bytes.data(), digest.data(), 16);
  mark(id, 5);
  return id;
}

std::string Uuid::text() const {
  std::string out;
  out.reserve(36);
  append_to(out);
  return out;
}

void Uuid::append_to(std::string& out) const {
  char buffer[36];
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (is_dash_place(at)) buffer[at++] = '-';
    buffer[at++] = hex_digits[bytes[i] >> 4];
    buffer[at++] = hex_digits[bytes[i] & 0x0F];
  }
  out.append(buffer, 36);
}

}  // namespace lectern
