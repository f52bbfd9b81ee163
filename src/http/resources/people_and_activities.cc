#include "base/json/json.h"
#include "http/request/parameters.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/learned/activities.h"
#include "lrs/learned/agents.h"
#include "xapi/validate/validate.h"

namespace lectern::http {
Result<Response> get_agents(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"agent"}));
  TRY(const auto text, required(exchange, "agent"));
  RETURN_IF_ERROR(xapi::agent_parameter("agent", text, false));
  TRY(const auto agent, json::parse(std::string(text)));
  TRY(auto person, lrs::person_of(exchange.lrs(), *exchange.principal, agent->root()));
  return json_response(std::move(person));
}

Result<Response> get_activities(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {"activityId"}));
  TRY(const auto text, required(exchange, "activityId"));
  TRY(const auto id, xapi::iri_parameter("activityId", text));
  TRY(auto activity, lrs::activity_of(exchange.lrs(), *exchange.principal, id));
  return json_response(std::move(activity));
}

}  // namespace lectern::http
