// The grammar of what is read (ISO 8601:2004, 4.1 to 4.3):
//
//   instant  = date ( "T" / "t" / " " ) time [ zone ]     ; date and time both extended or both
//   basic date     = YYYY "-" MM "-" DD / YYYY "-" DDD / YYYY "-W" ww "-" D     ; extended
//            / YYYYMMDD / YYYYDDD / YYYY "W" wwD                          ; basic
//   time     = hh [ ":" mm [ ":" ss ] ] [ fraction ] / hh [ mm [ ss ] ] [ fraction ]
//   fraction = ( "." / "," ) 1*DIGIT     ; of the smallest unit that is there
//   zone     = "Z" / "z" / ( "+" / "-" ) hh [ [ ":" ] mm ]
#include "base/time/iso8601.h"

#include <cstdint>

namespace lectern {
namespace {

using namespace std::chrono;

/// Reads exactly `count` digits at the front of `text` and takes them off.
bool take_digits(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool is_digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

/// Reads a fraction of `unit` where there is one: of it nine digits count, which tell microseconds
/// of an hour nearly apart, and those of a second exactly.
bool take_fraction(std::string_view& text, microseconds unit, microseconds& value) {
  constexpr std::size_t digits_max = 9;
  value = {};
  if (text.empty() || (text.front() != '.' && text.front() != ',')) return true;
  text.remove_prefix(1);
  std::int64_t fraction = 0, parts = 1;
  std::size_t digits = 0;
  for (; is_digit_at(text, 0); ++digits, text.remove_prefix(1)) {
    if (digits >= digits_max) continue;
    fraction = fraction * 10 + (text.front() - '0');
    parts *= 10;
  }
  value = microseconds{fraction * unit.count() / parts};
  return digits > 0;
}

bool take_calendar_date(std::string_view& text, bool extended, year y, sys_days& day) {
  int m = 0, d = 0;
  if (!take_digits(text, 2, m) || (extended && !take(text, '-')) || !take_digits(text, 2, d))
    return false;
  const year_month_day date{y, month{static_cast<unsigned>(m)},
                            std::chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok()) return false;
  day = sys_days{date};
  return true;
}

bool take_ordinal_date(std::string_view& text, year y, sys_days& day) {
  int number = 0;
  if (!take_digits(text, 3, number)) return false;
  day = sys_days{y / January / 1} + days{number - 1};
  return number >= 1 && number <= (y.is_leap() ? 366 : 365);
}

/// Weeks begin with Monday; week 1 is the one that has the year's 4th of January in it.
bool take_week_date(std::string_view& text, bool extended, year y, sys_days& day) {
  const auto first_monday = [](year of) {
    const sys_days fourth{of / January / 4};
    return fourth - (weekday{fourth} - Monday);
  };
  int week = 0, number = 0;
  if (!take_digits(text, 2, week) || (extended && !take(text, '-')) ||
      !take_digits(text, 1, number))
    return false;
  day = first_monday(y) + weeks{week - 1} + days{number - 1};
  return week >= 1 && number >= 1 && number <= 7 && day < first_monday(y + years{1});
}

/// Any of the dates; `extended` tells its format.
bool take_date(std::string_view& text, sys_days& day, bool& extended) {
  int y = 0;
  if (!take_digits(text, 4, y)) return false;
  extended = take(text, '-');
  if (take(text, 'W')) return take_week_date(text, extended, year{y}, day);
  const bool is_ordinal = is_digit_at(text, 2) && !is_digit_at(text, 3);
  return is_ordinal ? take_ordinal_date(text, year{y}, day)
                    : take_calendar_date(text, extended, year{y}, day);
}

/// A time to hours, minutes or seconds. 24:00:00 is the midnight that ends the day.
bool take_clock(std::string_view& text, bool extended, microseconds& since_midnight) {
  const auto goes_on = [&] { return extended ? take(text, ':') : is_digit_at(text, 0); };
  int h = 0, m = 0, s = 0;
  microseconds unit = hours{1}, fraction{};
  if (!take_digits(text, 2, h)) return false;
  if (goes_on()) {
    if (!take_digits(text, 2, m)) return false;
    unit = minutes{1};
    if (goes_on()) {
      if (!take_digits(text, 2, s)) return false;
      unit = seconds{1};
    }
  }
  if (h > 24 || m > 59 || s > 60 || !take_fraction(text, unit, fraction)) return false;
  since_midnight = hours{h} + minutes{m} + seconds{s} + fraction;
  return h < 24 || since_midnight == hours{24};
}

bool take_zone(std::string_view& text, minutes& offset) {
  offset = minutes{0};
  if (text.empty()) return true;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool negative = text.front() == '-';
  if (!negative && text.front() != '+') return false;
  text.remove_prefix(1);
  int h = 0, m = 0;
  if (!take_digits(text, 2, h)) return false;
  if (!text.empty()) {
    take(text, ':');
    if (!take_digits(text, 2, m)) return false;
  }
  if (h > 23 || m > 59 || (negative && h == 0 && m == 0)) return false;
  offset = hours{h} + minutes{m};
  if (negative) offset = -offset;
  return true;
}

/// Whether date and time stand where RFC 3339 has them, with an hour that it knows.
bool has_places_of_rfc3339(std::string_view text) {
  constexpr std::size_t hour = 11, bytes_min = 19;
  return text.size() >= bytes_min && text[4] == '-' && text[7] == '-' && text[13] == ':' &&
         text[16] == ':' && text.substr(hour, 2) != "24";
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  sys_days day;
  bool extended = false;
  microseconds since_midnight{};
  minutes offset{};
  if (!take_date(text, day, extended)) return std::nullopt;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  if (!take_clock(text, extended, since_midnight) || !take_zone(text, offset) || !text.empty())
    return std::nullopt;
  return Time{day + since_midnight - offset};
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  return has_places_of_rfc3339(text) ? parse_time(text) : std::nullopt;
}

}  // namespace lectern
