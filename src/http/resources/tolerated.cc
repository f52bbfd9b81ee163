#include <vector>

#include "base/json_writer.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/access.h"

namespace lectern::http {

Result<Response> get_tolerated(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  const auto& lrs = exchange.lrs();
  // Messages repeat what a client sent.
  const bool mine_only = lrs::reads_only_own(lrs, *exchange.principal);
  std::vector<lrs::Tolerated::Kind> list;
  if (lrs.tolerated != nullptr)
    list = lrs.tolerated->list(mine_only ? exchange.principal->username : "");
  json::Writer json;
  json.object().member("validation", lrs.options.takes_as_ralph ? "ralph" : "standard");
  json.key("tolerated").array();
  for (const auto& kind : list) {
    json.object().member("rule", kind.rule).member("user", kind.username);
    json.member("count", kind.count).key("example").object();
    json.member("path", kind.pointer).member("detail", kind.message).end();
    json.member("last", utc_text(kind.last)).end();
  }
  return json_response(json.end().end().take());
}

}  // namespace lectern::http
