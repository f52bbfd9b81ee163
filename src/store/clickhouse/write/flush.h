#pragma once

#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/clickhouse/write/append_request.h"
#include "store/clickhouse/write/doubts.h"
#include "store/clickhouse/write/id_reservations.h"
#include "store/clickhouse/write/references.h"
#include "store/clickhouse/write/reservation_filter.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/clickhouse/write/server_clock_watermark.h"

namespace lectern::store::clickhouse {

using Requests = std::vector<std::shared_ptr<Request>>;

/// What the writing thread of a target keeps from one flush to the next.
struct BetweenFlushes {
  BetweenFlushes(Server& server, const Names& names)
      : known(server, names), doubts(server, names, ended) {}

  EndedFlushes ended;
  KnownClaims known;
  Doubts doubts;
  bool all_new = false;  ///< the last flush wrote all that it was given
};

/// Writes requests of one target together, in these steps:
///   1. a claim on a place (stored) goes into ids for every row (claims.h);
///   2. the claims of others on these ids are read; if no other process is at work, only those on
///      ids that were claimed before (known_claims.h). One that has a row was first: known or
///      conflict. One without, that is young, is of a flush under way: the later one withdraws and
///      the earlier one waits for that;
///   3. terms, marks and Ralph's table are written; terms beside 2 already, when the last flush met
///      nothing but new statements;
///   4. rows: with this one insert, which is one part, everything becomes visible;
///   5. references are resolved.
/// Whatever fails before 4 leaves nothing that find() or query() would show. What 3 has left in
/// Ralph's table is found when the id comes again, or by the migration, and completed. All but
/// marks and terms, which show nowhere by themselves, store nothing when they arrive after
/// flush_max.
class Flush {
 public:
  /// Tells whether rows that lack our part may be in Ralph's table, so that it must be asked too.
  /// Called once, before anything of the flush can be in that table, by another thread.
  using MayHoldForeign = std::function<bool()>;

  Flush(Server& server, const Names& names, Presence& presence, BetweenFlushes& kept,
        MayHoldForeign may_hold_foreign);

  /// Finishes every request, but for those it gives back: they must be tried again, in this order.
  /// No two requests may hold the same id.
  Requests run(Requests requests);

 private:
  Result<void> carry_out();
  Result<void> claim();
  std::vector<Uuid> ids_to_look_for();
  Result<void> settle_rivals();
  Result<void> complete_what_events_hold();
  Result<void> judge();
  void begin_terms();
  void insert_terms(std::span<const NewRow> rows);
  Result<void> insert(const std::string& into, std::string_view columns, const Body& body);
  Result<void> write();
  Result<void> write_around();
  Result<void> write_events();
  Result<void> write_rows();
  Result<void> try_to_settle(Doubt doubt, const Error& error);
  Result<void> resolve();

  Result<void> put_off(const Requests& requests);
  void give_up(const Error& error);

  Server& server_;
  const Names& names_;
  Presence& presence_;
  BetweenFlushes& kept_;
  const MayHoldForeign may_hold_foreign_;
  bool foreign_ = true;
  const Deadline deadline_ = std::chrono::steady_clock::now() + flush_max;

  Claims claims_;
  Requests requests_;  // still in this flush
  Requests again_;
  bool all_known_ = false;  // when the claims were laid, kept_.known held all claims
  std::vector<Uuid> met_;   // if so, the ids that may have been claimed before
  std::vector<std::vector<Verdict>> verdicts_;  // of requests_
  std::vector<NewRow> new_;                     // to be written
  bool around_written_ = false;                 // step 3 may have reached Ralph's table
  bool events_refused_ = false;                 // the server refused to write to it
  bool in_doubt_ = false;                       // it is age, or kept_.doubts, that ends its claims
  std::future<Result<void>> terms_in_;          // last: their threads use the above
  std::future<Result<void>> listened_;
};

}  // namespace lectern::store::clickhouse
