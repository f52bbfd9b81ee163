// The grammar of a duration (ISO 8601:2004, 4.4.3.2), a fraction on the smallest unit only:
//
//   duration = "P" number "W" / "P" date [ "T" time ] / "P" "T" time
//   date     = [ number "Y" ] [ number "M" ] [ number "D" ]     ; at least one
//   time     = [ number "H" ] [ number "M" ] [ number "S" ]     ; at least one
//   number   = 1*DIGIT [ ( "." / "," ) 1*DIGIT ]
#include "xapi/values/duration.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

/// Reads numbers with units out of `units`, in their order, each at most once. Tells whether there
/// was at least one; a fraction ends it.
bool read_units(std::string_view text, std::size_t& at, std::string_view units, bool& fraction) {
  bool any = false;
  while (at < text.size() && text[at] != 'T' && !fraction) {
    std::size_t end = skip_digits(text, at);
    if (end == at) return false;
    if (end < text.size() && (text[end] == '.' || text[end] == ',')) {
      const std::size_t first = end + 1;
      end = skip_digits(text, first);
      if (end == first) return false;
      fraction = true;
    }
    const std::size_t unit = end < text.size() ? units.find(text[end]) : std::string_view::npos;
    if (unit == std::string_view::npos) return false;
    units.remove_prefix(unit + 1);
    at = end + 1;
    any = true;
  }
  return any;
}

}  // namespace

bool is_duration(std::string_view text) {
  if (text.empty() || text.front() != 'P') return false;
  std::size_t at = 1;
  bool fraction = false;
  if (text.back() == 'W') return read_units(text, at, "W", fraction) && at == text.size();
  if (text.size() > 1 && text[1] != 'T' && !read_units(text, at, "YMD", fraction)) return false;
  if (at == text.size()) return at > 1;
  if (text[at] != 'T' || fraction) return false;
  ++at;
  return read_units(text, at, "HMS", fraction) && at == text.size();
}

std::optional<double> seconds_of(std::string_view duration) {
  if (!is_duration(duration)) return std::nullopt;
  double seconds = 0;
  bool of_day = false;
  std::string number;
  for (const char c : duration.substr(1)) {
    if (c == 'T') {
      of_day = true;
    } else if ((c >= '0' && c <= '9') || c == '.' || c == ',') {
      number += c == ',' ? '.' : c;
    } else {
      const double count = std::strtod(number.c_str(), nullptr);
      number.clear();
      if (c == 'Y' || (c == 'M' && !of_day)) {
        if (count != 0) return std::nullopt;
        continue;
      }
      const double unit = c == 'W'   ? 604'800
                          : c == 'D' ? 86'400
                          : c == 'H' ? 3'600
                          : c == 'M' ? 60
                                     : 1;
      seconds += count * unit;
    }
  }
  return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

}  // namespace lectern::xapi
