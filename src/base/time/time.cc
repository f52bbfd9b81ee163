#include "base/time/time.h"

#include <cstdint>
#include <cstdio>

namespace lectern {
namespace {

using namespace std::chrono;

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

}  // namespace lectern
