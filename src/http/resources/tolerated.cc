#include <string>

#include <fmt/format.h>

#include "base/json.h"
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
  std::string kinds;
  for (const auto& kind : list)
    kinds += fmt::format(
        R"({}{{"rule":{},"user":{},"count":{},"example":{{"path":{},"detail":{}}},"last":"{}"}})",
        kinds.empty() ? "" : ",", json::quoted(kind.rule), json::quoted(kind.username), kind.count,
        json::quoted(kind.pointer), json::quoted(kind.message), utc_text(kind.last));
  return json_response(fmt::format(R"({{"validation":"{}","tolerated":[{}]}})",
                                   lrs.options.takes_as_ralph ? "ralph" : "standard", kinds));
}

}  // namespace lectern::http
