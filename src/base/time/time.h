#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lectern {

/// An instant in UTC, to the microsecond: the resolution of `stored`.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
/// When a piece of work must be done or given up.
using Deadline = std::chrono::steady_clock::time_point;

/// The wall clock.
Time now();

/// `2026-11-24T09:13:00.123456+00:00`, always 32 characters: how `stored` stands in a statement.
std::string stored_text(Time time);
/// Characters of stored_text().
inline constexpr std::size_t stored_text_size = 32;

/// `2026-11-24T09:13:00.123456Z`: how instants stand in headers and links.
std::string utc_text(Time time);

/// `Tue, 24 Nov 2026 09:13:00 GMT`, whole seconds (RFC 9110, 5.6.7), for Last-Modified.
std::string http_date(Time time);

/// Reads a date and time in any form of ISO 8601 (xAPI Data 4.5; grammar in iso8601.cc), to the day
/// and hour at least; a fraction is cut to microseconds, never rounded; without a zone it is UTC.
/// Refuses impossible dates and the offsets -00, -0000 and -00:00. See also parse_rfc3339().
std::optional<Time> parse_time(std::string_view text);

}  // namespace lectern
