#include "models/ralph/texts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/time/time.h"
#include "models/lax_values.h"

namespace lectern::models {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t micro_digits = 6;

/// `.123456`, or nothing for a fraction of zeros.
std::string fraction_text(std::string digits) {
  digits.resize(micro_digits, '0');
  return digits.find_first_not_of('0') == std::string::npos ? "" : "." + digits;
}

std::string instant_of_text(std::string_view text) {
  constexpr std::size_t date_size = 10, minutes_end = 16, seconds_end = 19;
  std::string out(text.substr(0, date_size));
  out += 'T';
  if (text.size() == date_size) return out + "00:00:00";
  out += text.substr(date_size + 1, minutes_end - date_size - 1);
  std::size_t at = minutes_end;
  if (at < text.size() && text[at] == ':') {
    out += text.substr(minutes_end, seconds_end - minutes_end);
    at = seconds_end;
  } else {
    out += ":00";
  }
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    out += fraction_text(std::string(text.substr(at + 1, std::min(end - at - 1, micro_digits))));
    at = end;
  }
  const std::string_view zone = text.substr(at);
  if (zone.empty()) return out;
  std::string digits;
  for (const char c : zone)
    if (c >= '0' && c <= '9') digits += c;
  if (digits.find_first_not_of('0') == std::string::npos) return out + 'Z';
  return out + zone.front() + digits.substr(0, 2) + ':' + digits.substr(2);
}

/// Seconds since 1970, or milliseconds where there are too many of them; rounded to microseconds.
std::string instant_of_number(double number) {
  constexpr double seconds_max = 2e10, micro = 1e6;
  constexpr std::size_t up_to_seconds = 19;
  const double scale = std::abs(number) <= seconds_max ? micro : micro / 1e3;
  const double whole = std::floor(number);
  const std::int64_t microseconds =
      static_cast<std::int64_t>(whole) * static_cast<std::int64_t>(scale) +
      std::llround((number - whole) * scale);
  const std::string text = utc_text(Time(std::chrono::microseconds(microseconds)));
  return text.substr(0, up_to_seconds) +
         fraction_text(text.substr(up_to_seconds + 1, micro_digits)) + 'Z';
}

bool is_escaped(char c) { return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\'; }

}  // namespace

void append_ralph_string(std::string& out, std::string_view text) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
  out += '"';
  while (!text.empty()) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return is_escaped(c); });
    const auto plain = static_cast<std::size_t>(end - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t found = escaped.find(text.front());
    if (found != std::string_view::npos) {
      out += '\\';
      out += letters[found];
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(1);
  }
  out += '"';
}

std::string ralph_number(double number) {
  constexpr double large = 1e16, small = 1e-5;
  constexpr std::size_t size_max = 64;
  std::array<char, size_max> digits{};
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= small && size < large);
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), number,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(digits.data(), end);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  const std::size_t exponent = text.find('e') + 2;  // behind its sign
  while (exponent + 1 < text.size() && text[exponent] == '0') text.erase(exponent, 1);
  return text;
}

std::optional<std::string> python_text(Value value) {
  if (value.is(Type::string)) return std::string(value.string());
  if (value.is(Type::boolean)) return value.boolean() ? "True" : "False";
  if (!value.is(Type::number)) return std::nullopt;
  if (value.number().find_first_of(".eE") == std::string_view::npos)
    return std::string(value.number());
  constexpr double small = 1e-4;
  const double number = value.as_double();
  std::string text = ralph_number(number);
  if (number != 0 && std::abs(number) < small && text.find('e') == std::string::npos)
    return std::nullopt;  // Python would write an exponent
  const std::size_t sign = text.find("e-");
  if (sign != std::string::npos && text.size() == sign + 3) text.insert(sign + 2, "0");
  return text;
}

std::optional<std::string> ralph_instant(Value value) {
  if (!is_lax_instant(value)) return std::nullopt;
  if (value.is(Type::number)) return instant_of_number(value.as_double());
  const auto number = lax_number(value);
  return number ? instant_of_number(*number) : instant_of_text(value.string());
}

}  // namespace lectern::models
