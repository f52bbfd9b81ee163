#pragma once

#include <string_view>

namespace lectern::http {

/// Whether an Accept value (RFC 9110, 12.5.1) would rather have text/html than application/json, as
/// browsers do. Of the ranges that fit a type the most specific one says how much it is wanted.
bool prefers_html(std::string_view accept);

}  // namespace lectern::http
