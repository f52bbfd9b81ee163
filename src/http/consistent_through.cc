#include "http/consistent_through.h"

#include "http/exchange.h"
#include "lrs/list.h"

namespace lectern::http {
namespace {

/// Whether the request was refused for what its head says, or the store did not answer: no more is
/// asked of the store for it.
bool spares_store(int status) {
  return status == 401 || (status >= 403 && status <= 405) || status == 413 || status == 429 ||
         status >= 500;
}

}  // namespace

void add_consistent_through(const Exchange& exchange, Response& response, bool may_block) {
  auto through = exchange.consistent_through;
  auto& last = exchange.app.last_consistent_through;
  const std::string target = exchange.principal ? exchange.principal->target : std::string();
  const bool may_ask = may_block && !spares_store(response.status);
  if (!through && !may_ask) {
    through = last.find(target);
  } else if (!through) {
    const auth::Principal nobody;
    const auto& principal = exchange.principal ? *exchange.principal : nobody;
    const auto now = lrs::consistent_through(exchange.lrs(), principal);
    if (now) through = *now;
  }
  if (!through) return;
  if (may_ask) last.keep(target, *through);
  response.headers.add("X-Experience-API-Consistent-Through", utc_text(*through));
}

}  // namespace lectern::http
