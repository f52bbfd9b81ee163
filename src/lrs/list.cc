#include "lrs/list.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/json.h"
#include "base/limits.h"
#include "base/page_bytes.h"
#include "lrs/access.h"
#include "lrs/present.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

constexpr std::chrono::milliseconds horizon_poll{20};

/// Whether a referring row matches by its own terms or by those of a statement along its chain of
/// references. The store let it in for the union of both, which matches too much.
Result<bool> matches_along_chain(Lrs& lrs, const store::Context& context, const store::Listed& row,
                                 const xapi::Terms& filter) {
  std::unordered_set<Uuid> seen{row.position.id};
  TRY(auto document, json::parse(row.json));
  for (std::size_t step = 0; step < limits::reference_chain_max; ++step) {
    if (xapi::match(xapi::terms_of(document->root()), filter)) return true;
    const auto target = xapi::reference_of(document->root());
    if (!target || !seen.insert(*target).second) return false;
    TRY(auto found, lrs.statements.find(context, std::array{*target}));
    if (found.empty()) return false;
    TRY(document, json::parse(std::move(found.front().json)));
  }
  return false;
}

/// The instant up to which a first page sees. What another process has promised, this one reaches
/// within a moment: a window up to there waits for it instead of being cut short
/// (docs/CONSISTENCY.md, W5).
Result<Time> horizon_of(Lrs& lrs, const store::Context& context, const std::optional<Time>& until) {
  using Clock = std::chrono::steady_clock;
  const auto give_up = std::min(context.deadline, Clock::now() + window_wait_max);
  for (;;) {
    TRY(const Time horizon, lrs.statements.consistent_through(context));
    // What lies ahead of the clock nobody has promised.
    if (!until || horizon >= *until || *until > now() || Clock::now() > give_up) return horizon;
    std::this_thread::sleep_for(horizon_poll);
  }
}

/// The rows of one page: the store's, without those that only the union let in, refilled.
Result<store::Page> matching_rows(Lrs& lrs, const store::Context& context,
                                  const xapi::Terms& statement_terms, const store::Filter& filter,
                                  store::PageRequest request) {
  const std::size_t wanted = request.rows_max;
  const std::size_t bytes_max = page_bytes_max();
  std::size_t bytes = 0;
  store::Page page;
  for (;;) {
    const auto query_once = [&] {
      const Timer timer(lrs.counters.query_seconds);
      return lrs.statements.query(context, filter, request);
    };
    TRY(auto batch, query_once());
    page.more = batch.more;
    if (!batch.rows.empty()) request.after = batch.rows.back().position;
    for (auto& row : batch.rows) {
      // A refill has a page's bytes of its own.
      const bool fits = page.rows.empty() || bytes + row.json.size() <= bytes_max;
      if (row.refers && !statement_terms.empty()) {
        TRY(const bool matches, matches_along_chain(lrs, context, row, statement_terms));
        if (!matches) continue;
      }
      if (!fits) {
        page.more = true;
        return page;
      }
      bytes += row.json.size();
      page.rows.push_back(std::move(row));
    }
    // With fewer rows than it may have, and more behind them, the page ended by its bytes.
    const bool full = batch.more && batch.rows.size() < request.rows_max && !page.rows.empty();
    if (!page.more || full || page.rows.size() >= wanted) return page;
    request.rows_max = wanted - page.rows.size();
    if (std::chrono::steady_clock::now() > context.deadline)
      return fail(Code::unavailable, "The query took too long; ask for less.");
  }
}

}  // namespace

Result<Listing> list(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation) {
  const auto context = lrs.context(principal);
  store::Filter filter{query.filter, query.since, query.until, false};
  if (only_mine(lrs, principal, query.mine))
    filter.all_of.push_back(xapi::authority_term(principal.agent_ifi));

  Time horizon;
  if (query.cursor) {
    horizon = query.cursor->until;
  } else {
    TRY(horizon, horizon_of(lrs, context, filter.until));
  }
  filter.until = filter.until ? std::min(*filter.until, horizon) : horizon;

  const std::size_t rows_max = query.limit == 0 ? lrs.options.page_rows_max
                                                : std::min(query.limit, lrs.options.page_rows_max);
  store::PageRequest request{std::nullopt, rows_max, query.ascending};
  if (query.cursor) request.after = query.cursor->after;
  TRY(auto page, matching_rows(lrs, context, query.filter, filter, request));

  Listing listing;
  listing.consistent_through = horizon;
  if (page.more && !page.rows.empty())
    listing.next = xapi::Cursor{page.rows.back().position, horizon};
  listing.statements.reserve(page.rows.size());
  Attached attached;
  for (auto& row : page.rows) {
    if (query.attachments) RETURN_IF_ERROR(collect_attachments(lrs, context, row.json, attached));
    TRY(auto text, present(lrs, context, std::move(row.json), presentation));
    listing.statements.push_back(std::move(text));
  }
  listing.attachments = std::move(attached.sha2s);
  return listing;
}

Result<Single> fetch(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation) {
  const auto context = lrs.context(principal);
  const bool wants_void = query.voided_statement_id.has_value();
  const Uuid id = wants_void ? *query.voided_statement_id : *query.statement_id;
  TRY(auto found, lrs.statements.find(context, std::array{id}));
  const auto none = [&] {
    return fail(Code::not_found, wants_void ? "There is no voided statement with this id"
                                            : "There is no statement with this id");
  };
  if (found.empty() || found.front().voided != wants_void) return none();
  auto& statement = found.front();
  if (only_mine(lrs, principal, query.mine)) {
    TRY(const auto document, json::parse(statement.json));
    if (!xapi::match(xapi::terms_of(document->root()), {xapi::authority_term(principal.agent_ifi)}))
      return none();
  }
  Single single;
  Attached attached;
  single.stored = statement.position.stored;
  if (query.attachments)
    RETURN_IF_ERROR(collect_attachments(lrs, context, statement.json, attached));
  single.attachments = std::move(attached.sha2s);
  TRY(single.statement, present(lrs, context, std::move(statement.json), presentation));
  return single;
}

}  // namespace lectern::lrs
