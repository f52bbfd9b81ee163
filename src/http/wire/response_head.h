#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/wire/message.h"

namespace lectern::http {

/// What the connection adds to a response's head.
struct Framing {
  /// Nothing: the body comes in chunks, or, to HTTP/1.0, until the connection ends.
  std::optional<std::uint64_t> body_bytes = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// The status line and header fields of a response, with Date, Content-Length and Connection, up
/// to the blank line. Control characters in values become blanks: no value can add a field.
std::string response_head(const Response& response, const Framing& framing);

}  // namespace lectern::http
