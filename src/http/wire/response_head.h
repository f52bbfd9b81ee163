#pragma once

#include <cstdint>
#include <string>

#include "http/wire/message.h"

namespace lectern::http {

/// What the connection adds to a response's head.
struct Framing {
  std::uint64_t body_bytes = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// The status line and header fields of a response, with Date, Content-Length and Connection, up
/// to the blank line. Control characters in values become blanks: no value can add a field.
std::string response_head(const Response& response, const Framing& framing);

}  // namespace lectern::http
