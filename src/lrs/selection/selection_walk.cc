#include "lrs/selection/selection_walk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/json/json.h"
#include "lrs/access.h"
#include "xapi/facts.h"
#include "xapi/terms.h"

namespace lectern::lrs {

SelectionWalk::SelectionWalk(Lrs& lrs, const auth::Principal& principal, Selection selection,
                             WalkRange range)
    : lrs_(lrs),
      selection_(std::move(selection)),
      filter_{selection_.all_of, std::nullopt, range.until, false},
      chain_{selection_.all_of, {}, selection_.any_of},
      request_{range.after, range.rows_max, range.ascending} {
  if (selection_.clock == Clock::stored) {
    filter_.since = selection_.since;
    if (selection_.until) filter_.until = std::min(*selection_.until, range.until);
  }
  const auto own = xapi::authority_term(principal.agent_ifi);
  if (only_mine(lrs, principal, selection_.mine)) filter_.all_of.push_back(own);
  if (reads_only_own(lrs, principal)) chain_.readable.push_back(own);
}

Result<std::vector<store::StoredStatement>> SelectionWalk::next(const store::Context& context) {
  if (std::chrono::steady_clock::now() > context.deadline)
    return fail(Code::unavailable,
                "This takes too long here: ask for less, by a narrower window or filter");
  const auto query_once = [&] {
    const Timer timer(lrs_.counters.query_seconds);
    return stores_of(lrs_).statements.query(context, filter_, request_);
  };
  TRY(auto page, query_once());
  if (!page.rows.empty()) request_.after = page.rows.back().position;
  done_ = !page.more;
  if (!chain_.empty()) {
    ChainCheck chains(lrs_, context, chain_);
    TRY(page.rows, chains.keep(std::move(page.rows)));
  }
  if (!selection_.asks_for_facts()) return std::move(page.rows);
  std::vector<store::StoredStatement> kept;
  for (auto& row : page.rows) {
    TRY(const auto document, json::parse_view(row.json));
    if (selection_.matches(xapi::facts_of(document->root()), row.position.stored))
      kept.push_back(std::move(row));
  }
  return kept;
}

}  // namespace lectern::lrs
