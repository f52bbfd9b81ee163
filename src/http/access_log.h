#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/message.h"

namespace lectern::http {

/// One line for the log:
///
///     remote user "METHOD path" status bytes 1.234ms request-id
///
/// `user` is "-" when empty. The query is left out: it holds learners' names. Bytes are the
/// body's, before zipping. What is not printable ASCII is escaped, so a request is one line.
std::string access_line(const Request& request, const Response& response, std::string_view user,
                        std::chrono::microseconds time);

}  // namespace lectern::http
