#pragma once

#include <string>
#include <string_view>

#include "base/json/json.h"

/// How Python writes values, where event-routing-backends leaves the writing to it.
namespace lectern::models::openedx {

/// `str(value)`: a text as it is, a list or an object in Python's own notation.
std::string python_string(json::Value value);
/// `json.dumps(value, ensure_ascii=False)`.
std::string python_json(json::Value value);
/// A JSON string in ASCII, as `json.dumps` writes it.
std::string ascii_quoted(std::string_view text);
/// An ISO 8601 duration of so many seconds, as the library tincan writes it.
std::string tincan_duration(double seconds);

}  // namespace lectern::models::openedx
