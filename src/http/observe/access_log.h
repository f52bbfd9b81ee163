#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/observe/trace_context.h"
#include "http/wire/message.h"

namespace lectern::http {

/// One request and its answer, as they are told of. Views: lives no longer than they do.
struct Access {
  const Request& request;
  const Response& response;
  std::string_view method;  ///< on the wire; the alternate syntax makes another of it
  std::string_view route;   ///< the pattern; "" when there was none
  std::string_view user;    ///< "" when nobody is known
  std::chrono::microseconds time{};
  Trace trace{};
};

/// Bytes of an answer's body, before zipping.
std::uint64_t body_bytes(const Response& response);

/// What stands in logs of a value from the wire: what is not printable ASCII is escaped as `\x0a`,
/// and so is each of the characters in `more`; what is longer than `bytes_max` ends in `...`.
std::string printable(std::string_view text, std::size_t bytes_max = 1000,
                      std::string_view more = {});

/// One line for the log:
///
///     remote user "METHOD path" status bytes 1.234ms request-id [trace=ID] ["reason" at /pointer
///     (rule)]
///
/// `user` is "-" when empty. The query is left out: it holds learners' names. What stands behind
/// the request's id is there for traced and for refused requests. A request is one line; in the
/// reason `"` is `\"`.
std::string access_line(const Access& access);

/// The same, and what a line has no room for, as a JSON object: remote, user, method, path, route,
/// status, bytes, duration_ms, request_id, user_agent, trace_id, span_id, reason, pointer, rule;
/// those that are empty are left out.
std::string access_fields(const Access& access);

}  // namespace lectern::http
