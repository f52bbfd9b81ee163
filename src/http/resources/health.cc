#include <string>

#include "base/json/writer.h"
#include "http/health_probe.h"
#include "http/resources.h"
#include "http/respond.h"

namespace lectern::http {

Result<Response> get_lbheartbeat(Exchange&) { return json_response("null"); }

Result<Response> get_heartbeat(Exchange& exchange) {
  switch (exchange.app.health.ask(exchange.lrs())) {
    case lrs::Health::ok:
      return json_response(R"({"database":"ok"})");
    case lrs::Health::away:
      return json_response(R"({"database":"away"})", 500);
    case lrs::Health::error:
      break;
  }
  return json_response(R"({"database":"error"})", 500);
}

Result<Response> get_whoami(Exchange& exchange) {
  json::Writer json;
  json.object().raw_member("agent", exchange.principal->agent_json).key("scopes").array();
  for (const auto scope : exchange.principal->scopes.names()) json.value(scope);
  return json_response(json.end().end().take());
}

Result<Response> get_metrics(Exchange& exchange) {
  if (!exchange.app.options.metrics) return fail(Code::not_found, "Not Found");
  Response response;
  response.headers.add("Content-Type", std::string(metrics::Registry::content_type));
  response.body = exchange.app.metrics.text();
  return response;
}

}  // namespace lectern::http
