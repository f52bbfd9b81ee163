#pragma once

#include "http/exchange.h"
#include "http/wire/message.h"
#include "http/wire/server.h"

namespace lectern::http {

/// Answers one request, whatever it is: finds the route, the version, the principal and its scope,
/// calls the resource, and completes the answer's headers. Thread-safe.
Response serve(Application& app, Request& request);

/// Decides about a request by its head: nothing is taken of a body whose sender is not known, who
/// may not do this, or whose route there is not; a form in the alternate syntax, which may hold its
/// own credentials, is taken up to limits::stranger_body_bytes_max. Answers the live probe
/// (/__lbheartbeat__) itself. For ServerOptions::admit.
Admission admit(Application& app, Request& head, bool has_body, bool may_block);

/// Gives an answer that the server made itself what every answer has: version, CORS, the request's
/// id, a line in the log. For ServerOptions::on_own_answer.
void complete_own_answer(Application& app, const Request& request, Response& response);

}  // namespace lectern::http
