#include "models/csv/cells.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/json/grammar.h"
#include "base/text.h"
#include "base/time/iso8601.h"
#include "xapi/validate/validate.h"

namespace lectern::models::csv {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits that a letter of the form stands for, taken off the front: as many as the form has,
/// or one where it has two and the cell one.
std::optional<std::string> take_field(std::string_view& cell, std::size_t size) {
  std::size_t digits = 0;
  while (digits < size && digits < cell.size() && is_digit(cell[digits])) ++digits;
  if (digits == 0 || (digits < size && size > 2)) return std::nullopt;
  std::string field(cell.substr(0, digits));
  if (digits < size) field.insert(0, "0");
  cell.remove_prefix(digits);
  return field;
}

struct Fields {
  std::string year, month, day, hour = "00", minute = "00", second = "00";

  std::string* of(char letter) {
    switch (letter) {
      case 'Y':
        return &year;
      case 'M':
        return &month;
      case 'D':
        return &day;
      case 'h':
        return &hour;
      case 'm':
        return &minute;
      case 's':
        return &second;
      default:
        return nullptr;
    }
  }
};

}  // namespace

std::optional<std::string> number_text(std::string_view cell, char decimal) {
  std::string text(trimmed(cell));
  if (decimal != '.') {
    if (text.find('.') != std::string::npos) return std::nullopt;
    if (const std::size_t at = text.find(decimal); at != std::string::npos) text[at] = '.';
  }
  if (text.starts_with('+')) text.erase(0, 1);
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.erase(0, 1);
  if (text.starts_with('.')) text.insert(0, "0");
  return json::is_number(text) ? std::optional(text) : std::nullopt;
}

std::string divided(std::string_view number, double by) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return fmt::format("{}", value / by);
}

std::optional<std::string> instant_text(std::string_view cell, std::string_view form,
                                        std::string_view zone) {
  cell = trimmed(cell);
  if (form.empty()) {
    for (const std::string& text : {std::string(cell), std::string(cell) + std::string(zone)}) {
      const bool has_zone =
          text.ends_with('Z') || text.find_first_of("+-", 11) != std::string::npos;
      if (has_zone && parse_rfc3339(text)) return text;
    }
    return std::nullopt;
  }
  Fields fields;
  for (std::size_t at = 0; at < form.size();) {
    std::string* const field = fields.of(form[at]);
    if (field == nullptr) {
      if (cell.empty() || cell.front() != form[at]) return std::nullopt;
      cell.remove_prefix(1);
      ++at;
      continue;
    }
    const std::size_t end = std::min(form.find_first_not_of(form[at], at), form.size());
    const auto digits = take_field(cell, end - at);
    if (!digits) return std::nullopt;
    *field = *digits;
    at = end;
  }
  if (!cell.empty()) return std::nullopt;
  const std::string text = fields.year + "-" + fields.month + "-" + fields.day + "T" + fields.hour +
                           ":" + fields.minute + ":" + fields.second + std::string(zone);
  return !zone.empty() && parse_rfc3339(text) ? std::optional(text) : std::nullopt;
}

std::optional<std::string> duration_text(std::string_view cell, std::string_view unit) {
  cell = trimmed(cell);
  std::string text;
  if (unit == "clock") {
    const std::size_t first = cell.find(':');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = cell.find(':', first + 1);
    text = "PT" + std::string(cell.substr(0, first)) + "H" +
           std::string(cell.substr(first + 1, second - first - 1)) + "M";
    if (second != std::string_view::npos) text += std::string(cell.substr(second + 1)) + "S";
  } else {
    const auto number = number_text(cell, '.');
    if (!number || number->find_first_of("eE-") != std::string::npos) return std::nullopt;
    text = "PT" + *number + (unit == "hours" ? "H" : unit == "minutes" ? "M" : "S");
  }
  return xapi::is_duration(text) ? std::optional(text) : std::nullopt;
}

}  // namespace lectern::models::csv
