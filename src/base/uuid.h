#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lectern {

/// A UUID as 16 bytes in the order they are written. Compares bytewise, so letter case is gone.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;

  /// Reads `8-4-4-4-12` hexadecimal digits of either case; any version and variant
  /// (xAPI Data 4.4). Nothing for any other text.
  static std::optional<Uuid> parse(std::string_view text);
  /// A random (version 4) UUID from the system's generator. Thread-safe.
  static Uuid random();
  /// The version 5 UUID of a name within a namespace (SHA-1).
  static Uuid from_name(const Uuid& space, std::string_view name);

  /// 36 characters, lower case.
  std::string text() const;
  /// Appends what text() returns.
  void append_to(std::string& out) const;
};

}  // namespace lectern

/// For hash tables: of all 16 bytes, without a secret.
template <>
struct std::hash<lectern::Uuid> {
  std::size_t operator()(const lectern::Uuid& id) const noexcept {
    std::size_t a = 0, b = 0;
    __builtin_memcpy(&a, id.bytes.data(), 8);
    __builtin_memcpy(&b, id.bytes.data() + 8, 8);
    return a ^ (b * 0x9E3779B97F4A7C15ULL);
  }
};
