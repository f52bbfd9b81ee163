#include <string>

#include <fmt/format.h>

#include "base/json.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/forwarder.h"

namespace lectern::http {
namespace {

std::string status_json(const lrs::ForwardingStatus& status) {
  return fmt::format(R"({{"receiver":{},"lag_ms":{},"forwarded":{},"refused":{},"trouble":{}}})",
                     json::quoted(status.receiver), status.lag_ms, status.forwarded, status.refused,
                     json::quoted(status.trouble));
}

std::string letter_json(const lrs::DeadLetter& letter) {
  return fmt::format(
      R"({{"receiver":{},"target":{},"statement":"{}","status":{},"reason":{},"refused":"{}"}})",
      json::quoted(letter.receiver), json::quoted(letter.target), letter.statement.text(),
      letter.status, json::quoted(letter.reason), utc_text(letter.refused));
}

}  // namespace

Result<Response> get_forwarding(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  std::string receivers, letters;
  if (auto* const forwarder = exchange.lrs().forwarder) {
    for (const auto& status : forwarder->status())
      receivers += (receivers.empty() ? "" : ",") + status_json(status);
    TRY(const auto dead, forwarder->dead_letters());
    for (const auto& letter : dead) letters += (letters.empty() ? "" : ",") + letter_json(letter);
  }
  return json_response("{\"receivers\":[" + receivers + "],\"dead_letters\":[" + letters + "]}");
}

Result<Response> post_forwarding_replay(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  std::size_t taken = 0;
  if (auto* const forwarder = exchange.lrs().forwarder) {
    TRY(taken, forwarder->replay());
  }
  return json_response("{\"taken\":" + std::to_string(taken) + "}");
}

}  // namespace lectern::http
