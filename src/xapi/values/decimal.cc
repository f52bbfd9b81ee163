#include "xapi/values/decimal.h"

#include <charconv>

namespace lectern::xapi {
namespace {

constexpr std::size_t exponent_digits_max = 9;

/// -1, 0 or 1.
int sign_of(const Decimal& decimal) {
  return decimal.digits.empty() ? 0 : decimal.negative ? -1 : 1;
}

}  // namespace

std::optional<Decimal> read_decimal(std::string_view token) {
  Decimal out;
  if (token.starts_with('-')) {
    out.negative = true;
    token.remove_prefix(1);
  }
  const std::size_t e = token.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = token.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    if (power.size() > exponent_digits_max) return std::nullopt;
    std::from_chars(power.data(), power.data() + power.size(), out.exponent);
    token = token.substr(0, e);
  }
  const std::size_t dot = token.find('.');
  out.digits = token.substr(0, dot);
  if (dot != std::string_view::npos) {
    out.digits += token.substr(dot + 1);
    out.exponent -= static_cast<std::int64_t>(token.size() - dot - 1);
  }
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  const std::size_t last = out.digits.find_last_not_of('0');
  if (last == std::string::npos) return out;
  out.exponent += static_cast<std::int64_t>(out.digits.size() - last - 1);
  out.digits.resize(last + 1);
  return out;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (sign_of(a) != sign_of(b) || sign_of(a) == 0) return sign_of(a) <=> sign_of(b);
  const auto magnitude = [](const Decimal& one) {
    return static_cast<std::int64_t>(one.digits.size()) + one.exponent;
  };
  auto order = magnitude(a) <=> magnitude(b);
  if (order == 0) order = a.digits.compare(b.digits) <=> 0;
  return sign_of(a) > 0 ? order : 0 <=> order;
}

}  // namespace lectern::xapi
