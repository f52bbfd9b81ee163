#include "base/time.h"

#include <cstdint>
#include <cstdio>

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

bool take_date(std::string_view& text, sys_days& day) {
  int y = 0, m = 0, d = 0;
  if (!take_digits(text, 4, y) || !take(text, '-') || !take_digits(text, 2, m) ||
      !take(text, '-') || !take_digits(text, 2, d))
    return false;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            std::chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok()) return false;
  day = sys_days{date};
  return true;
}

bool take_clock(std::string_view& text, microseconds& since_midnight) {
  int h = 0, m = 0, s = 0;
  if (!take_digits(text, 2, h) || !take(text, ':') || !take_digits(text, 2, m) ||
      !take(text, ':') || !take_digits(text, 2, s))
    return false;
  if (h > 23 || m > 59 || s > 60) return false;
  since_midnight = hours{h} + minutes{m} + seconds{s};
  if (text.empty() || (text.front() != '.' && text.front() != ',')) return true;
  text.remove_prefix(1);
  std::size_t digits = 0;
  std::int64_t fraction = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) fraction = fraction * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return false;
  for (; digits < 6; ++digits) fraction *= 10;
  since_midnight += microseconds{fraction};
  return true;
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

/// Writes `2026-11-24T09:13:00.123456`, 26 characters, to `out`.
void print_local(Time time, char (&out)[27]) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  const auto put = [&](int at, std::int64_t value, int digits) {
    for (int i = at + digits - 1; i >= at; --i) {
      out[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
  };
  put(0, static_cast<int>(date.year()), 4);
  put(5, static_cast<unsigned>(date.month()), 2);
  put(8, static_cast<unsigned>(date.day()), 2);
  put(11, clock.hours().count(), 2);
  put(14, clock.minutes().count(), 2);
  put(17, clock.seconds().count(), 2);
  put(20, clock.subseconds().count(), 6);
  out[4] = out[7] = '-';
  out[10] = 'T';
  out[13] = out[16] = ':';
  out[19] = '.';
  out[26] = '\0';
}

}  // namespace

Time now() { return floor<microseconds>(system_clock::now()); }

std::string stored_text(Time time) {
  char local[27];
  print_local(time, local);
  return std::string(local, 26) + "+00:00";
}

std::string utc_text(Time time) {
  char local[27];
  print_local(time, local);
  return std::string(local, 26) + "Z";
}

std::string http_date(Time time) {
  static constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(time - day)};
  char out[40];
  std::snprintf(out, sizeof out, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                weekdays[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return out;
}

std::optional<Time> parse_time(std::string_view text) {
  sys_days day;
  microseconds since_midnight{};
  minutes offset{};
  if (!take_date(text, day)) return std::nullopt;
  if (text.empty() || (text.front() != 'T' && text.front() != 't' && text.front() != ' '))
    return std::nullopt;
  text.remove_prefix(1);
  if (!take_clock(text, since_midnight) || !take_zone(text, offset) || !text.empty())
    return std::nullopt;
  return Time{day + since_midnight - offset};
}

}  // namespace lectern
