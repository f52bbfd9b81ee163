#pragma once

#include "base/result.h"
#include "http/exchange.h"
#include "http/wire/message.h"

/// One function a method of a resource, one file a resource. Each reads the request, asks the lrs
/// room, and writes the answer; none decides anything of its own.
namespace lectern::http {

/// Statements: /xAPI/statements (Communication 2.1).
Result<Response> put_statement(Exchange& exchange);
Result<Response> post_statements(Exchange& exchange);
Result<Response> get_statements(Exchange& exchange);

/// State documents: /xAPI/activities/state (Communication 2.3).
Result<Response> get_state(Exchange& exchange);
Result<Response> put_state(Exchange& exchange);
Result<Response> post_state(Exchange& exchange);
Result<Response> delete_state(Exchange& exchange);

/// Agent Profile documents: /xAPI/agents/profile (Communication 2.6).
Result<Response> get_agent_profile(Exchange& exchange);
Result<Response> put_agent_profile(Exchange& exchange);
Result<Response> post_agent_profile(Exchange& exchange);
Result<Response> delete_agent_profile(Exchange& exchange);

/// Activity Profile documents: /xAPI/activities/profile (Communication 2.7).
Result<Response> get_activity_profile(Exchange& exchange);
Result<Response> put_activity_profile(Exchange& exchange);
Result<Response> post_activity_profile(Exchange& exchange);
Result<Response> delete_activity_profile(Exchange& exchange);

/// What is known of an agent or an activity, and of this server: /xAPI/agents, /xAPI/activities,
/// /xAPI/about (Communication 2.4, 2.5, 2.8).
Result<Response> get_agents(Exchange& exchange);
Result<Response> get_activities(Exchange& exchange);
Result<Response> get_about(Exchange& exchange);

/// For operators: whether the database answers, whether this process lives, who the credentials
/// are, and Prometheus' text.
Result<Response> get_heartbeat(Exchange& exchange);
Result<Response> get_lbheartbeat(Exchange& exchange);
Result<Response> get_whoami(Exchange& exchange);
Result<Response> get_metrics(Exchange& exchange);

/// For browsers: the page at /, the description of the API, and its documentation.
Result<Response> get_door(Exchange& exchange);
Result<Response> get_openapi(Exchange& exchange);
Result<Response> get_docs(Exchange& exchange);
Result<Response> get_docs_file(Exchange& exchange);
Result<Response> get_console(Exchange& exchange);
Result<Response> get_console_file(Exchange& exchange);

/// What statements come to, counted and measured by group; taking them away; following them.
Result<Response> get_statistics(Exchange& exchange);
Result<Response> get_export(Exchange& exchange);
Result<Response> get_tail(Exchange& exchange);

/// For administrators: faults that were tolerated, those of refused statements, and how far
/// forwarding is.
Result<Response> get_tolerated(Exchange& exchange);
Result<Response> get_refused(Exchange& exchange);
Result<Response> get_forwarding(Exchange& exchange);
Result<Response> post_forwarding_replay(Exchange& exchange);

}  // namespace lectern::http
