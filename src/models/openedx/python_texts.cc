#include "models/openedx/python_texts.h"

#include <cmath>

#include <fmt/format.h>

#include "models/ralph/texts.h"

namespace lectern::models::openedx {
namespace {

using json::Type;
using json::Value;

std::string number_text(Value value) {
  return python_text(value).value_or(std::string(value.number()));
}

/// A string in Python's own notation: in single quotes, unless only those stand in it.
std::string represented(std::string_view text) {
  constexpr unsigned char delete_character = 0x7F;
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < ' ' || byte == delete_character) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + quote;
}

enum class Notation { python, json };

std::string scalar(Value value, Notation notation) {
  const bool is_json = notation == Notation::json;
  switch (value.type()) {
    case Type::null:
      return is_json ? "null" : "None";
    case Type::boolean:
      if (is_json) return value.boolean() ? "true" : "false";
      return value.boolean() ? "True" : "False";
    case Type::string:
      return is_json ? json::quoted(value.string()) : represented(value.string());
    default:
      return number_text(value);
  }
}

/// Recursion is bounded by limits::json_depth_max.
void append(std::string& out, Value value, Notation notation) {
  if (!value.is(Type::array) && !value.is(Type::object)) {
    out += scalar(value, notation);
    return;
  }
  out += value.is(Type::array) ? '[' : '{';
  bool first = true;
  for (const Value child : value.children()) {
    if (!first) out += ", ";
    first = false;
    if (value.is(Type::object)) {
      out += notation == Notation::json ? json::quoted(child.key()) : represented(child.key());
      out += ": ";
    }
    append(out, child, notation);
  }
  out += value.is(Type::array) ? ']' : '}';
}

}  // namespace

std::string python_string(Value value) {
  if (value.is(Type::string)) return std::string(value.string());
  std::string out;
  append(out, value, Notation::python);
  return out;
}

std::string python_json(Value value) {
  std::string out;
  append(out, value, Notation::json);
  return out;
}

std::string ascii_quoted(std::string_view text) {
  constexpr unsigned lead_2 = 0xC0, lead_3 = 0xE0, lead_4 = 0xF0, payload_bits = 6, payload = 0x3F;
  constexpr unsigned plane_0_end = 0x10000, surrogate_bits = 10, surrogate_payload = 0x3FF;
  constexpr unsigned high_surrogates = 0xD800, low_surrogates = 0xDC00;
  const std::string quoted = json::quoted(text);
  std::string out;
  for (std::size_t i = 0; i < quoted.size();) {
    const auto lead = static_cast<unsigned char>(quoted[i++]);
    if (lead < lead_2) {
      out += static_cast<char>(lead);
      continue;
    }
    const int more = lead < lead_3 ? 1 : lead < lead_4 ? 2 : 3;
    unsigned point = lead & (payload >> more);
    for (int k = 0; k < more && i < quoted.size(); ++k)
      point = point << payload_bits | (static_cast<unsigned char>(quoted[i++]) & payload);
    if (point < plane_0_end) {
      out += fmt::format("\\u{:04x}", point);
      continue;
    }
    point -= plane_0_end;
    out += fmt::format("\\u{:04x}\\u{:04x}", high_surrogates + (point >> surrogate_bits),
                       low_surrogates + (point & surrogate_payload));
  }
  return out;
}

std::string tincan_duration(double seconds) {
  constexpr double micro = 1e6, minute = 60, hour = 60, day = 24;
  const double whole = std::round(seconds * micro) / micro;
  const double minutes = std::floor(whole / minute), hours = std::floor(minutes / hour);
  const double days = std::floor(hours / day);
  const double rest = std::round((whole - minutes * minute) * micro) / micro;
  std::string out = "P";
  if (days != 0) out += fmt::format("{:.0f}D", days);
  out += 'T';
  const double hours_left = hours - days * day, minutes_left = minutes - hours * hour;
  if (days != 0 || hours_left != 0) out += fmt::format("{:02.0f}H", hours_left);
  if (days != 0 || hours_left != 0 || minutes_left != 0)
    out += fmt::format("{:02.0f}M", minutes_left);
  std::string text = fmt::format("{:09.6f}", rest);
  if (rest == std::floor(rest)) {
    text = fmt::format("{:02.0f}", rest);
  } else {
    text.erase(text.find_last_not_of('0') + 1);
  }
  return out + text + 'S';
}

}  // namespace lectern::models::openedx
