#pragma once

#include "http/exchange.h"
#include "http/message.h"

namespace lectern::http {

/// Answers one request, whatever it is: finds the route, the version, the principal and its scope,
/// calls the resource, and completes the answer's headers. Thread-safe.
Response serve(Application& app, Request& request);

}  // namespace lectern::http
