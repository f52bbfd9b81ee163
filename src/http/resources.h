#pragma once

#include "base/result.h"
#include "http/exchange.h"
#include "http/wire/message.h"

/// One function a method of a resource, one file a resource. Each reads the request, asks the lrs
/// room, and writes the answer; none decides anything of its own.
namespace lectern::http {

Result<Response> put_statement(Exchange& exchange);
Result<Response> post_statements(Exchange& exchange);
Result<Response> get_statements(Exchange& exchange);

Result<Response> get_state(Exchange& exchange);
Result<Response> put_state(Exchange& exchange);
Result<Response> post_state(Exchange& exchange);
Result<Response> delete_state(Exchange& exchange);

Result<Response> get_agent_profile(Exchange& exchange);
Result<Response> put_agent_profile(Exchange& exchange);
Result<Response> post_agent_profile(Exchange& exchange);
Result<Response> delete_agent_profile(Exchange& exchange);

Result<Response> get_activity_profile(Exchange& exchange);
Result<Response> put_activity_profile(Exchange& exchange);
Result<Response> post_activity_profile(Exchange& exchange);
Result<Response> delete_activity_profile(Exchange& exchange);

Result<Response> get_agents(Exchange& exchange);
Result<Response> get_activities(Exchange& exchange);
Result<Response> get_about(Exchange& exchange);

Result<Response> get_heartbeat(Exchange& exchange);
Result<Response> get_lbheartbeat(Exchange& exchange);
Result<Response> get_whoami(Exchange& exchange);
Result<Response> get_metrics(Exchange& exchange);

Result<Response> get_door(Exchange& exchange);
Result<Response> get_openapi(Exchange& exchange);
Result<Response> get_docs(Exchange& exchange);
Result<Response> get_docs_file(Exchange& exchange);

Result<Response> get_tolerated(Exchange& exchange);
Result<Response> get_forwarding(Exchange& exchange);
Result<Response> post_forwarding_replay(Exchange& exchange);

}  // namespace lectern::http
