#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lectern::xapi {

/// How the instant of a `timestamp` stands in UTC as RFC 3339 writes it; nothing where it does
/// already, is no instant (ralph_statement.h), or has no year of four digits there. What is in UTC
/// in another form keeps its digits; anything else gets six of them behind the point.
std::optional<std::string> respelt_in_utc(std::string_view timestamp);

/// A stored statement as clients of 2.0.0 get it: its `timestamp` and its SubStatement's in UTC.
/// Everything else stays as it was, byte for byte; the rule is the same for every statement, by
/// whatever version it came.
std::string with_instants_in_utc(std::string statement);

}  // namespace lectern::xapi
