#include "xapi/canonical.h"

#include <charconv>
#include <cstdint>

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t exponent_digits_max = 9;

/// A number as an integer without zeros at its end, and a power of ten.
struct Decimal {
  bool negative = false;
  std::string digits;  // empty for zero
  std::int64_t exponent = 0;
};

/// Nothing when the exponent is beyond what can be reckoned with.
bool read_decimal(std::string_view token, Decimal& out) {
  if (token.starts_with('-')) {
    out.negative = true;
    token.remove_prefix(1);
  }
  const std::size_t e = token.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = token.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    if (power.size() > exponent_digits_max) return false;
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
  if (last == std::string::npos) return true;
  out.exponent += static_cast<std::int64_t>(out.digits.size() - last - 1);
  out.digits.resize(last + 1);
  return true;
}

}  // namespace

void CanonicalWriter::sized(char tag, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const char head[5] = {tag, static_cast<char>(size & 0xFF), static_cast<char>((size >> 8) & 0xFF),
                        static_cast<char>((size >> 16) & 0xFF),
                        static_cast<char>((size >> 24) & 0xFF)};
  out_.append(head, sizeof head).append(text);
}

void CanonicalWriter::number(std::string_view token) {
  Decimal decimal;
  if (!read_decimal(token, decimal)) return sized('?', token);
  if (decimal.digits.empty()) return sized('#', "0");  // minus zero too
  std::string text = decimal.negative ? "-" : "";
  text.append(decimal.digits).append("e").append(std::to_string(decimal.exponent));
  sized('#', text);
}

void CanonicalWriter::value(Value value) {
  switch (value.type()) {
    case Type::null:
      out_ += 'n';
      break;
    case Type::boolean:
      out_ += value.boolean() ? 't' : 'f';
      break;
    case Type::number:
      number(value.number());
      break;
    case Type::string:
      string(value.string());
      break;
    case Type::array:
      open('[');
      for (const Value element : value.children()) this->value(element);
      close(']');
      break;
    case Type::object:
      open('{');
      sorted_members(value, [this](Value member) {
        string(member.key());
        this->value(member);
      });
      close('}');
      break;
  }
}

std::string canonical_bytes(Value value) {
  std::string out;
  out.reserve(value.source().size());
  CanonicalWriter(out).value(value);
  return out;
}

}  // namespace lectern::xapi
