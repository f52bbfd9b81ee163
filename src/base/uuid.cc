#include "base/uuid.h"

#include <cstring>

#include <openssl/rand.h>

#include "base/assert.h"
#include "base/digest.h"

namespace lectern {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// What each byte is worth as a hexadecimal digit; -1: it is none.
constexpr auto hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) {
    values['a' + i] = static_cast<std::int8_t>(i + 10);
    values['A' + i] = values['a' + i];
  }
  return values;
}();

int hex_value(char c) { return hex_values[static_cast<unsigned char>(c)]; }

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void mark(Uuid& id, std::uint8_t version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t i = 0;
  int wrong = 0;  // negative once a digit was none
  for (auto& byte : id.bytes) {
    if (is_dash_place(i) && text[i++] != '-') return std::nullopt;
    const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    wrong |= high | low;
    byte = static_cast<std::uint8_t>(high << 4 | (low & 0x0F));
    i += 2;
  }
  if (wrong < 0) return std::nullopt;
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
