#pragma once

#include <string>
#include <string_view>

#include "base/json/json.h"

/// The one form in which Ralph prints what it takes in several. Each is for values that its kind
/// takes (lax_values.h).
namespace lectern::models {

/// A UUID in lower case with dashes.
std::string printed_uuid(std::string_view text);
/// A URL without blanks around, its scheme and host in lower case, and `/` for no path.
std::string printed_url(std::string_view text);
/// A path as Python's pathlib has it: no empty parts, none that are a dot, no slash behind.
std::string printed_path(std::string_view text);
/// An IPv4 address with dots, also of a number.
std::string printed_ipv4(json::Value value);
/// A decimal number as Python's Decimal writes it.
std::string printed_decimal(json::Value value);
/// A duration of ISO 8601, years of 365 days and months of 30.
std::string printed_duration(json::Value value);

}  // namespace lectern::models
