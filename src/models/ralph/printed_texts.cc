#include "models/ralph/printed_texts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "models/lax_values.h"
#include "models/ralph/texts.h"

namespace lectern::models {
namespace {

using json::Type;
using json::Value;

constexpr std::int64_t micro = 1'000'000, minute = 60 * micro, hour = 60 * minute, day = 24 * hour;

/// What 64 bits do not hold, some 290,000 years, is told as the most that they hold.
std::int64_t micros_of(double amount, std::int64_t unit) {
  constexpr double micros_max = 9.2e18;
  return std::llround(std::clamp(amount * static_cast<double>(unit), -micros_max, micros_max));
}

/// Adds to what is 0 at least; likewise.
void add(std::int64_t& micros, std::int64_t more) {
  if (__builtin_add_overflow(micros, more, &micros))
    micros = std::numeric_limits<std::int64_t>::max();
}

/// Reads a number from the front of the text.
double take_number(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789.,"), text.size());
  std::string digits(text.substr(0, end));
  for (char& c : digits)
    if (c == ',') c = '.';
  text.remove_prefix(end);
  double number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// `P...`, behind the P.
std::int64_t micros_of_iso(std::string_view text) {
  constexpr std::int64_t week = 7 * day, month = 30 * day, year = 365 * day;
  bool is_time = false;
  std::int64_t micros = 0;
  while (!text.empty()) {
    if (text.front() == 'T' || text.front() == 't') {
      is_time = true;
      text.remove_prefix(1);
      continue;
    }
    const double amount = take_number(text);
    if (text.empty()) break;
    const char letter = text.front() & ~0x20;
    text.remove_prefix(1);
    const std::int64_t unit = letter == 'Y'   ? year
                              : letter == 'W' ? week
                              : letter == 'D' ? day
                              : letter == 'H' ? hour
                              : letter == 'S' ? micro
                              : is_time       ? minute
                                              : month;
    add(micros, micros_of(amount, unit));
  }
  return micros;
}

/// `[N day[s][,]] HH:MM[:SS]`.
std::int64_t micros_of_clock(std::string_view text) {
  std::int64_t micros = 0;
  if (const std::size_t days = text.find_first_of("dD"); days != std::string_view::npos) {
    std::string_view number = text.substr(0, days);
    micros = micros_of(take_number(number), day);
    text.remove_prefix(std::min(text.find_first_of("0123456789", days), text.size()));
  }
  for (const std::int64_t unit : {hour, minute, micro}) {
    if (text.empty()) break;
    add(micros, micros_of(take_number(text), unit));
    if (!text.empty()) text.remove_prefix(1);
  }
  return micros;
}

std::int64_t duration_micros(Value value) {
  if (!value.is(Type::string)) return micros_of(lax_number(value).value_or(0), micro);
  std::string_view text = value.string();
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const bool is_iso = text.starts_with('P') || text.starts_with('p');
  const std::int64_t micros = is_iso ? micros_of_iso(text.substr(1)) : micros_of_clock(text);
  return negative ? -micros : micros;
}

/// A fraction of a second with its point, without zeros behind.
std::string fraction_text(std::int64_t micros) {
  if (micros == 0) return "";
  std::string text = fmt::format(".{:06}", micros);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

/// A URL's path, query and fragment, with what the URL standard encodes there.
std::string percent_encoded_rest(std::string_view rest) {
  constexpr std::string_view in_path = " \"<>`{}", in_query = " \"<>'", in_fragment = " \"<>`";
  constexpr unsigned char ascii_end = 0x7F;
  std::string_view encoded = in_path;
  std::string out;
  for (const char c : rest) {
    if (c == '?' && encoded == in_path) encoded = in_query;
    if (c == '#' && encoded != in_fragment) encoded = in_fragment;
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte >= ascii_end || encoded.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string printed_uuid(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(text.rfind(':') + 1))
    if (c != '-' && c != '{' && c != '}') digits += c;
  constexpr std::size_t plain_size = 32;
  if (digits.size() != plain_size) return std::string(text);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) digits.insert(dash, "-");
  return lower_case(digits);
}

std::string printed_url(std::string_view text) {
  std::string url;
  for (const char c : trimmed(text))
    if (c != '\t' && c != '\n' && c != '\r') url += c;
  const std::size_t colon = url.find(':');
  const std::string scheme = lower_case(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return url;
  const std::size_t host = url.find_first_not_of("/\\", colon + 1);
  if (host == std::string::npos) return url;
  const std::size_t end = std::min(url.find_first_of("/\\?#", host), url.size());
  const std::size_t user = url.rfind('@', end);
  const std::size_t name = user != std::string::npos && user > host ? user + 1 : host;
  std::string out = scheme + "://" + url.substr(host, name - host);
  out += lower_case(url.substr(name, end - name));
  if (end == url.size() || url[end] != '/') out += '/';
  return out + percent_encoded_rest(url.substr(end));
}

std::string printed_path(std::string_view text) {
  std::string out;
  if (text.starts_with('/')) out = text.starts_with("//") && !text.starts_with("///") ? "//" : "/";
  const std::size_t root = out.size();
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty() || part == ".") continue;
    if (out.size() > root) out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

std::string printed_ipv4(Value value) {
  if (value.is(Type::string)) return std::string(value.string());
  constexpr unsigned octet_bits = 8, octet = 0xFF;
  const auto number = static_cast<std::uint32_t>(lax_number(value).value_or(0));
  return fmt::format("{}.{}.{}.{}", number >> 3 * octet_bits, number >> 2 * octet_bits & octet,
                     number >> octet_bits & octet, number & octet);
}

std::string printed_decimal(Value value) {
  std::string text(trimmed(value.is(Type::string) ? std::string(value.string())
                                                  : python_text(value).value_or("0")));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.erase(0, 1);
  std::erase(text, '_');
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string::npos) {
    exponent = exponent_of(std::string_view(text).substr(e + 1));
    text.erase(e);
  }
  if (const std::size_t point = text.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(text.size() - point - 1);
    text.erase(point, 1);
  }
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  // As Python's Decimal.__str__: plain unless that would take zeros behind or many in front.
  constexpr int plain_min = -6;
  const int adjusted = exponent + static_cast<int>(text.size()) - 1;
  const std::string sign = negative ? "-" : "";
  if (exponent <= 0 && adjusted >= plain_min) {
    const auto places = static_cast<std::size_t>(-exponent);
    if (places == 0) return sign + text;
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    return sign + text.insert(text.size() - places, ".");
  }
  if (text.size() > 1) text.insert(1, ".");
  return sign + fmt::format("{}E{:+}", text, adjusted);
}

std::string printed_duration(Value value) {
  constexpr std::int64_t year = 365 * day;
  std::int64_t micros = duration_micros(value);
  std::string out = micros < 0 ? "-P" : "P";
  micros = std::abs(micros);
  const std::size_t begin = out.size();
  const auto take = [&](std::int64_t unit, char letter) {
    if (micros >= unit) out += fmt::format("{}{}", micros / unit, letter);
    micros %= unit;
  };
  take(year, 'Y');
  take(day, 'D');
  if (micros > 0 || out.size() == begin) out += 'T';
  const std::size_t time = out.size();
  take(hour, 'H');
  take(minute, 'M');
  if (micros > 0 || (out.size() == time && out.back() == 'T'))
    out += fmt::format("{}{}S", micros / micro, fraction_text(micros % micro));
  return out;
}

}  // namespace lectern::models
