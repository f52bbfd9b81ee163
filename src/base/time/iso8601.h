#pragma once

#include <optional>
#include <string_view>

#include "base/time/time.h"

namespace lectern {

/// Reads a date and time as RFC 3339 has it, and a little beside: `T`, `t` or a blank between, a
/// fraction of any length behind a point or comma (cut to microseconds, never rounded), `Z`, `z`,
/// `+hh:mm`, `+hhmm`, `+hh` or no zone (UTC), a leap second 60. Refuses impossible dates and the
/// offsets -00, -0000 and -00:00. parse_time() (time.h) reads more.
std::optional<Time> parse_rfc3339(std::string_view text);

}  // namespace lectern
