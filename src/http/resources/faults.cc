#include <optional>
#include <string>
#include <vector>

#include "base/json/writer.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/access.h"

namespace lectern::http {
namespace {

/// Messages repeat what a client sent: who reads only the own statements gets the own faults, and
/// nobody those of another target.
std::optional<std::string> whose(const Exchange& exchange) {
  const auto& principal = *exchange.principal;
  return lrs::reads_only_own(exchange.lrs(), principal) ? std::optional(principal.username)
                                                        : std::nullopt;
}

void write(json::Writer& json, const std::vector<lrs::FaultKinds::Kind>& kinds) {
  json.array();
  for (const auto& kind : kinds) {
    json.object().member("rule", kind.rule).member("user", kind.username);
    json.member("count", kind.count).key("example").object();
    json.member("path", kind.pointer).member("detail", kind.message).end();
    json.member("last", utc_text(kind.last)).end();
  }
  json.end();
}

}  // namespace

Result<Response> get_tolerated(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  const auto& lrs = exchange.lrs();
  std::vector<lrs::FaultKinds::Kind> kinds;
  if (lrs.tolerated != nullptr)
    kinds = lrs.tolerated->list(exchange.principal->target, whose(exchange));
  json::Writer json;
  json.object().member("validation", lrs.options.takes_as_ralph ? "ralph" : "standard");
  json.key("tolerated");
  write(json, kinds);
  return json_response(json.end().take());
}

Result<Response> get_refused(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  json::Writer json;
  json.object().key("refused");
  write(json, exchange.lrs().refused.list(exchange.principal->target, whose(exchange)));
  return json_response(json.end().take());
}

}  // namespace lectern::http
