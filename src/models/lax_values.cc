#include "models/lax_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/text.h"
#include "base/time/iso8601.h"
#include "base/uuid.h"
#include "models/byte_set.h"
#include "xapi/values/mailbox.h"

namespace lectern::models {
namespace {

using json::Type;
using json::Value;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr ByteSet hex_digits("0123456789abcdefABCDEF");

std::string_view without_space(std::string_view text) {
  constexpr ByteSet space(" \t\n\v\f\r");
  while (!text.empty() && space.has(text.front())) text.remove_prefix(1);
  while (!text.empty() && space.has(text.back())) text.remove_suffix(1);
  return text;
}

/// The text without the underscores between its digits, which `kept` holds where there are any;
/// nothing where one stands elsewhere.
std::optional<std::string_view> without_underscores(std::string_view text, std::string& kept) {
  if (text.find('_') == std::string_view::npos) return text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      kept += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return kept;
}

std::optional<double> read_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<double> integer_of_text(std::string_view text) {
  std::string kept;
  const auto plain = without_underscores(without_space(text), kept);
  if (!plain) return std::nullopt;
  std::string_view digits = *plain;
  const std::size_t point = digits.find('.');
  if (point != std::string_view::npos) {
    const std::string_view zeros = digits.substr(point + 1);
    if (zeros.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
    digits = digits.substr(0, point);
  }
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto value = read_number(digits);
  return value && negative ? -*value : value;
}

std::optional<double> number_of_text(std::string_view text) {
  std::string kept;
  const auto plain = without_underscores(without_space(text), kept);
  if (!plain) return std::nullopt;
  std::string_view rest = *plain;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || rest.front() == '-' || rest.front() == '+') return std::nullopt;
  const auto value = read_number(rest);
  return value && negative ? -*value : value;
}

/// Where a number counts seconds since 1970, or milliseconds where it would be too many seconds.
bool is_epoch(double number) {
  constexpr double seconds_max = 2e10;
  constexpr double year_1_ms = -62135596800000, year_10000_ms = 253402300800000;
  if (std::isnan(number)) return false;
  if (std::abs(number) <= seconds_max) return true;
  return number >= year_1_ms && number < year_10000_ms;
}

bool is_date(std::string_view text) {
  constexpr std::size_t size = 10;
  if (text.size() != size) return false;
  return parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

/// What nearly all are: a date and time of RFC 3339 in UTC as it is written most, no copy of which
/// is needed.
bool is_usual_date_time(std::string_view text) {
  constexpr std::size_t date_end = 10, hours_end = 13, minutes_end = 16, seconds_at = 17;
  constexpr std::size_t seconds_end = 19;
  return text.size() > seconds_end && text[date_end] == 'T' && text[hours_end] == ':' &&
         text[minutes_end] == ':' && text[seconds_at] <= '5' &&
         (text.back() == 'Z' || text.ends_with("+00:00")) && !text.starts_with("0000") &&
         parse_rfc3339(text).has_value();
}

/// `hh:mm`, seconds and fraction where they are given, and a zone.
bool is_date_time(std::string_view text) {
  constexpr std::size_t date_size = 10, minutes_end = 16;
  if (text.size() < minutes_end ||
      std::string_view("Tt _").find(text[date_size]) == std::string::npos)
    return false;
  if (is_usual_date_time(text)) return true;
  std::string full(text);
  full[date_size] = 'T';
  if (text.size() == minutes_end || text[minutes_end] != ':') full.insert(minutes_end, ":00");
  constexpr std::size_t seconds_at = 17, seconds_end = 19;
  if (full.size() < seconds_end || full[seconds_at] > '5') return false;
  for (const std::string_view zero : {"-00:00", "-0000"})
    if (full.ends_with(zero)) full.replace(full.size() - zero.size(), zero.size(), "Z");
  // An offset of hours alone is not known there.
  const std::size_t sign = full.find_last_of("+-");
  if (sign != std::string::npos && sign >= seconds_end && full.size() - sign < 5) return false;
  return full.compare(0, 4, "0000") != 0 && parse_rfc3339(full).has_value();
}

/// Digits, and more of them behind a point or comma where `fraction` allows.
bool take_digits(std::string_view& text, bool& has_fraction) {
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == 0) return false;
  has_fraction = at < text.size() && (text[at] == '.' || text[at] == ',');
  if (has_fraction) {
    const std::size_t begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == begin) return false;
  }
  text.remove_prefix(at);
  return true;
}

/// What stands behind the P of a duration.
bool is_duration_tail(std::string_view text) {
  bool in_time = false, had_fraction = false;
  if (text.empty() || text == "T") return false;
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (in_time) return false;
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    if (had_fraction || !take_digits(text, had_fraction) || text.empty()) return false;
    const std::string_view units = in_time ? "HMS" : "YMWD";
    if (units.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
  }
  return true;
}

/// Two digits, up to 59.
bool take_sixtieth(std::string_view& text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '5' || !is_digit(text[1])) return false;
  text.remove_prefix(2);
  return true;
}

/// `hh:mm` and, where they are given, seconds and their fraction. Hours alone may have more or
/// fewer digits, as long as all has five characters.
bool is_clock(std::string_view text) {
  constexpr std::size_t size_min = 5;
  const std::size_t colon = text.find(':');
  if (text.size() < size_min || colon == std::string_view::npos || colon == 0) return false;
  if (text.substr(0, colon).find_first_not_of("0123456789") != std::string_view::npos) return false;
  text.remove_prefix(colon + 1);
  if (!take_sixtieth(text)) return false;
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  if (!take_sixtieth(text)) return false;
  if (text.empty()) return true;
  if (text.front() != '.' && text.front() != ',') return false;
  return text.size() > 1 && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_duration_text(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('P')) return is_duration_tail(text.substr(1));
  bool has_fraction = false;
  std::string_view rest = text;
  if (!take_digits(rest, has_fraction)) return false;
  if (rest.starts_with(':')) return is_clock(text);
  if (has_fraction) return false;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  std::string_view behind_days = rest;
  for (const std::string_view word : {"days", "day", "d", "D"})
    if (rest.starts_with(word)) {
      behind_days = rest.substr(word.size());
      break;
    }
  if (behind_days.size() == rest.size()) return false;
  rest = behind_days;
  if (rest.starts_with(',')) rest.remove_prefix(1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return rest.empty() || is_clock(rest);
}

bool is_web_scheme(std::string_view scheme) {
  for (const std::string_view web : {"http", "https", "ws", "wss", "ftp"})
    if (scheme == web) return true;
  return false;
}

bool is_port(std::string_view text) {
  constexpr int port_max = 65535;
  int port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + (c - '0');
    if (port > port_max) return false;
  }
  return true;
}

/// A host as the URL standard has it, but for the rules of internationalised names.
bool is_host(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') return host.back() == ']' && host.find(':') != std::string_view::npos;
  constexpr ByteSet forbidden("#/:<>?@[\\]^|%\x7f");
  for (const char c : host)
    if (static_cast<unsigned char>(c) <= ' ' || forbidden.has(c)) return false;
  return true;
}

bool is_web_authority(std::string_view text) {
  const std::size_t begin = text.find_first_not_of("/\\");
  if (begin == std::string_view::npos) return false;
  text = text.substr(begin);
  text = text.substr(0, text.find_first_of("/\\?#"));
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) text = text.substr(at + 1);
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    if (!is_port(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  return is_host(text);
}

std::optional<std::string> scheme_of(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  for (const char c : text.substr(0, colon))
    if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
  return lower_case(text.substr(0, colon));
}

/// What nearly all are: http or https, a host of letters, digits, dots and dashes, and a path.
bool is_plain_web_url(std::string_view text) {
  constexpr ByteSet of_host("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
  for (const std::string_view front : {"https://", "http://"}) {
    if (!text.starts_with(front)) continue;
    std::size_t end = front.size();
    while (end < text.size() && of_host.has(text[end])) ++end;
    return end > front.size() && end < text.size() && text[end] == '/';
  }
  return false;
}

}  // namespace

std::optional<double> lax_integer(Value value) {
  if (value.is(Type::boolean)) return value.boolean() ? 1 : 0;
  if (value.is(Type::string)) return integer_of_text(value.string());
  if (!value.is(Type::number)) return std::nullopt;
  const double number = value.as_double();
  const bool is_plain = value.number().find_first_of(".eE") == std::string_view::npos;
  if (!is_plain && (std::isinf(number) || number != std::floor(number))) return std::nullopt;
  return number;
}

std::optional<double> lax_number(Value value) {
  if (value.is(Type::boolean)) return value.boolean() ? 1 : 0;
  if (value.is(Type::number)) return value.as_double();
  return value.is(Type::string) ? number_of_text(value.string()) : std::nullopt;
}

std::optional<double> lax_decimal(Value value) {
  if (value.is(Type::boolean)) return std::nullopt;
  const auto number = lax_number(value);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

int exponent_of(std::string_view digits) {
  constexpr int exponent_max = 1'000'000'000;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error == std::errc::result_out_of_range)
    return digits.starts_with('-') ? -exponent_max : exponent_max;
  return std::clamp(exponent, -exponent_max, exponent_max);
}

int decimal_places(Value value) {
  std::string token;
  if (value.is(Type::string)) {
    token = value.string();
  } else {
    constexpr std::size_t shortest_max = 32;
    std::array<char, shortest_max> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), lax_number(value).value_or(0));
    token.assign(digits.data(), end);
  }
  const std::size_t e = token.find_first_of("eE");
  const std::string mantissa = token.substr(0, e);
  const std::size_t point = mantissa.find('.');
  const std::size_t written = point == std::string::npos ? 0 : mantissa.size() - point - 1;
  const int exponent =
      e == std::string::npos ? 0 : exponent_of(std::string_view(token).substr(e + 1));
  return std::max(0, static_cast<int>(written) - exponent);
}

bool is_lax_boolean(Value value) {
  if (value.is(Type::boolean)) return true;
  if (value.is(Type::number)) {
    const double number = value.as_double();
    return number == 0 || number == 1;
  }
  if (!value.is(Type::string)) return false;
  const std::string word = lower_case(value.string());
  for (const std::string_view known :
       {"0", "off", "f", "false", "n", "no", "1", "on", "t", "true", "y", "yes"})
    if (word == known) return true;
  return false;
}

bool is_lax_true(Value value) {
  if (!value.is(Type::string)) return lax_number(value).value_or(0) != 0;
  const std::string word = lower_case(value.string());
  for (const std::string_view known : {"1", "on", "t", "true", "y", "yes"})
    if (word == known) return true;
  return false;
}

bool is_lax_instant(Value value) {
  if (value.is(Type::number)) return is_epoch(value.as_double());
  if (!value.is(Type::string)) return false;
  const std::string_view text = value.string();
  if (is_date_time(text) || is_date(text)) return true;
  const auto number = number_of_text(text);
  return number && is_epoch(*number);
}

bool is_lax_duration(Value value) {
  if (value.is(Type::number) || value.is(Type::boolean)) return true;
  return value.is(Type::string) && is_duration_text(value.string());
}

bool is_lax_uuid(std::string_view text) {
  constexpr std::size_t plain_size = 32;
  if (text.starts_with("urn:uuid:")) return Uuid::parse(text.substr(9)).has_value();
  if (text.size() > 2 && text.front() == '{' && text.back() == '}')
    return Uuid::parse(text.substr(1, text.size() - 2)).has_value();
  if (text.size() == plain_size) return hex_digits.has_all(text);
  return Uuid::parse(text).has_value();
}

bool is_lax_ipv4(Value value) {
  if (value.is(Type::boolean)) return true;
  if (value.is(Type::number)) {
    const auto number = value.as_integer();
    return number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max();
  }
  if (!value.is(Type::string)) return false;
  std::string_view text = value.string();
  for (int field = 0; field < 4; ++field) {
    const std::size_t dot = field < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot == 0 || dot > 3) return false;
    const std::string_view digits = text.substr(0, dot);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return false;
    if (digits.size() > 1 && digits.front() == '0') return false;
    if (digits.size() == 3 && digits > "255") return false;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return text.empty();
}

bool is_url(std::string_view text) {
  if (is_plain_web_url(text)) return true;
  constexpr ByteSet dropped("\t\n\r");
  if (dropped.has_any(text)) {  // which the URL standard drops
    std::string kept;
    for (const char c : text)
      if (!dropped.has(c)) kept += c;
    return is_url(kept);
  }
  const std::string_view trimmed = without_space(text);
  const auto scheme = scheme_of(trimmed);
  if (!scheme) return false;
  return !is_web_scheme(*scheme) || is_web_authority(trimmed.substr(scheme->size() + 1));
}

bool is_web_url(std::string_view text) {
  if (is_plain_web_url(text)) return true;
  const auto scheme = scheme_of(without_space(text));
  return scheme && (*scheme == "http" || *scheme == "https") && is_url(text);
}

bool is_mailto(std::string_view text) {
  constexpr std::string_view prefix = "mailto:";
  if (!text.starts_with(prefix) || !xapi::is_mbox(text)) return false;
  const std::size_t at = text.rfind('@');
  return text.find('.', at) != std::string_view::npos;
}

std::size_t characters_in(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++characters;
  return characters;
}

}  // namespace lectern::models
