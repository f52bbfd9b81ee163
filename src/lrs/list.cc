#include "lrs/list.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/limits.h"
#include "base/page_bytes.h"
#include "lrs/access.h"
#include "lrs/present.h"
#include "lrs/selection/chain_check.h"
#include "lrs/selection/snapshot.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

/// Rows that are asked for at least when a page is filled up.
constexpr std::size_t refill_rows_min = 64;

/// The rows of one page.
struct Matching {
  std::vector<store::StoredStatement> rows;
  std::optional<xapi::Position> next;  ///< behind it there may be others
};

bool any_refers(const std::vector<store::StoredStatement>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.refers; });
}

/// The store's rows without those that it let in too generously, filled up; but not for ever: after
/// so many that were in vain, or at the deadline, the page ends and the walk goes on with the next.
Result<Matching> matching_rows(Lrs& lrs, const store::Context& context, const ChainFilter& chain,
                               const store::Filter& filter, store::PageRequest request) {
  const std::size_t wanted = request.rows_max;
  const std::size_t bytes_max = page_bytes_max();
  std::size_t bytes = 0;
  ChainCheck chains(lrs, context, chain);
  Matching page;
  for (std::size_t checked = 0;;) {
    const auto query_once = [&] {
      const Timer timer(lrs.counters.query_seconds);
      return stores_of(lrs).statements.query(context, filter, request);
    };
    TRY(auto batch, query_once());
    if (!batch.rows.empty()) request.after = batch.rows.back().position;
    checked += batch.rows.size();
    // With fewer rows than it may have, and more behind them, the batch ended by its bytes.
    const bool full = batch.more && batch.rows.size() < request.rows_max;
    if (!chain.terms.empty() && any_refers(batch.rows)) {
      TRY(batch.rows, chains.keep(std::move(batch.rows)));
    }
    for (auto& row : batch.rows) {
      // A refill may bring too many, and has a page's bytes of its own.
      const bool fits = page.rows.empty() || bytes + row.json.size() <= bytes_max;
      if (!fits || page.rows.size() == wanted) {
        page.next = page.rows.back().position;
        return page;
      }
      bytes += row.json.size();
      page.rows.push_back(std::move(row));
    }
    if (!batch.more) return page;
    page.next = request.after;
    if (full && !page.rows.empty()) return page;
    if (page.rows.size() == wanted || checked >= wanted + limits::checked_rows_of_page_max)
      return page;
    if (std::chrono::steady_clock::now() > context.deadline) return page;
    request.rows_max = std::max(wanted - page.rows.size(), refill_rows_min);
  }
}

}  // namespace

Result<Listing> list(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation) {
  const auto context = lrs.context(principal);
  store::Filter filter{query.filter, query.since, query.until, false};
  if (only_mine(lrs, principal, query.mine))
    filter.all_of.push_back(xapi::authority_term(principal.agent_ifi));

  Time snapshot;
  if (query.cursor) {
    snapshot = query.cursor->until;
  } else {
    TRY(snapshot, snapshot_of(lrs, context, filter.until));
  }
  filter.until = filter.until ? std::min(*filter.until, snapshot) : snapshot;

  const std::size_t rows_max = query.limit == 0 ? lrs.options.page_rows_max
                                                : std::min(query.limit, lrs.options.page_rows_max);
  store::PageRequest request{std::nullopt, rows_max, query.ascending};
  if (query.cursor) request.after = query.cursor->after;
  ChainFilter chain{query.filter, {}, {}};
  if (reads_only_own(lrs, principal))
    chain.readable.push_back(xapi::authority_term(principal.agent_ifi));
  TRY(auto page, matching_rows(lrs, context, chain, filter, request));

  Listing listing;
  listing.consistent_through = snapshot;
  if (page.next) listing.next = xapi::Cursor{*page.next, snapshot};
  listing.statements.reserve(page.rows.size());
  Presenter presenter(lrs, principal, context, presentation);
  for (auto& row : page.rows) {
    if (query.attachments) RETURN_IF_ERROR(presenter.collect_attachments(row.json));
    TRY(auto text, presenter.text_of(std::move(row.json)));
    listing.statements.push_back(std::move(text));
  }
  listing.attachments = presenter.take_attachments();
  return listing;
}

Result<Time> consistent_through(Lrs& lrs, const auth::Principal& principal) {
  return stores_of(lrs).statements.consistent_through(lrs.context(principal));
}

Result<Single> fetch(Lrs& lrs, const auth::Principal& principal, const xapi::StatementQuery& query,
                     const Presentation& presentation) {
  const auto context = lrs.context(principal);
  const bool wants_void = query.voided_statement_id.has_value();
  const Uuid id = wants_void ? *query.voided_statement_id : *query.statement_id;
  TRY(auto found, stores_of(lrs).statements.find(context, std::array{id}));
  const auto none = [&] {
    return fail(Code::not_found, wants_void ? "There is no voided statement with this id"
                                            : "There is no statement with this id");
  };
  if (found.empty() || found.front().voided != wants_void) return none();
  auto& statement = found.front();
  if (only_mine(lrs, principal, query.mine)) {
    TRY(const bool owned, is_own(principal, statement.json));
    if (!owned) return none();
  }
  Single single;
  single.stored = statement.position.stored;
  Presenter presenter(lrs, principal, context, presentation);
  if (query.attachments) RETURN_IF_ERROR(presenter.collect_attachments(statement.json));
  single.attachments = presenter.take_attachments();
  TRY(single.statement, presenter.text_of(std::move(statement.json)));
  return single;
}

}  // namespace lectern::lrs
