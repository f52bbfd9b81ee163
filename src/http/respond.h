#pragma once

#include <string>

#include "base/result.h"
#include "http/wire/message.h"

namespace lectern::http {

/// The status of an Error's code: the one table.
int status_of(Code code);

/// An Error as an answer: `{"detail": ...}` with `path` and `rule` where they help. `detail` of the
/// Error goes to the log, not to the client.
Response respond(const Error& error);

/// 200 with a JSON text.
Response json_response(std::string text, int status = 200);

/// 204.
Response no_content();

}  // namespace lectern::http
