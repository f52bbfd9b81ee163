#pragma once

#include <string_view>

namespace lectern {

/// Whether bytes are well-formed UTF-8 (RFC 3629): nothing overlong, no surrogates, nothing beyond
/// U+10FFFF. Thread-safe. (It is in json.cc, beside which nothing includes simdjson.)
bool is_utf8(std::string_view text);

}  // namespace lectern
