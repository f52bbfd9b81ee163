#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lectern::xapi {

/// A JSON number by its value, with every digit: an integer without zeros at its ends, and a power
/// of ten.
struct Decimal {
  bool negative = false;
  std::string digits;  ///< empty for zero
  std::int64_t exponent = 0;
};

/// Reads a number's token; nothing when its exponent has more than nine digits.
std::optional<Decimal> read_decimal(std::string_view token);

/// Which one is less, by value. Takes as long as the digits are many.
std::strong_ordering compare(const Decimal& a, const Decimal& b);

}  // namespace lectern::xapi
