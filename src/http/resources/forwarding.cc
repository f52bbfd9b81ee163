#include <vector>

#include "base/json/writer.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/forwarding/forwarder.h"

namespace lectern::http {
namespace {

void write(json::Writer& json, const lrs::ForwardingStatus& status) {
  json.object()
      .member("receiver", status.receiver)
      .member("lag_ms", status.lag_ms)
      .member("forwarded", status.forwarded)
      .member("refused", status.refused)
      .member("trouble", status.trouble)
      .end();
}

void write(json::Writer& json, const lrs::DeadLetter& letter) {
  json.object()
      .member("receiver", letter.receiver)
      .member("target", letter.target)
      .member("statement", letter.statement.text())
      .member("status", letter.status)
      .member("reason", letter.reason)
      .member("refused", utc_text(letter.refused))
      .end();
}

}  // namespace

Result<Response> get_forwarding(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  std::vector<lrs::ForwardingStatus> receivers;
  std::vector<lrs::DeadLetter> letters;
  if (auto* const forwarder = exchange.lrs().forwarder) {
    receivers = forwarder->status();
    TRY(letters, forwarder->dead_letters());
  }
  json::Writer json;
  json.object().key("receivers").array();
  for (const auto& status : receivers) write(json, status);
  json.end().key("dead_letters").array();
  for (const auto& letter : letters) write(json, letter);
  return json_response(json.end().end().take());
}

Result<Response> post_forwarding_replay(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  std::size_t taken = 0;
  if (auto* const forwarder = exchange.lrs().forwarder) {
    TRY(taken, forwarder->replay());
  }
  return json_response(json::Writer().object().member("taken", taken).end().take());
}

}  // namespace lectern::http
