#pragma once

#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/clickhouse/reservations/id_reservations.h"
#include "store/clickhouse/reservations/reservation_filter.h"
#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/clickhouse/write/append_request.h"
#include "store/clickhouse/write/references.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/clickhouse/write/writes_in_doubt.h"

namespace lectern::store::clickhouse {

/// What the writing thread of a target keeps from one flush to the next.
struct BetweenFlushes {
  BetweenFlushes(Server& server, const TableNames& names)
      : known(server, names), in_doubt(server, names, ended) {}

  EndedFlushes ended;
  ReservationFilter known;
  WritesInDoubt in_doubt;
  bool all_new = false;  ///< the last flush wrote all that it was given
  bool has_feed = false;
  std::chrono::steady_clock::time_point no_feed_until;  ///< the server refused an insert into it
};

/// Writes requests of one target together, in these steps:
///   1. a reservation of a position goes into ids for every row (id_reservations.h);
///   2. the reservations of others on these ids are read; if no other process is at work, only
///      those on ids that were reserved before (reservation_filter.h). One that has a row was
///      first: known or conflict. One without, that is young, is of a flush under way: the later
///      one withdraws and the earlier one waits for that;
///   3. terms, marks and Ralph's table are written; terms beside 2 already, when the last flush met
///      nothing but new statements;
///   4. rows: with this one insert, which is one part, everything becomes visible;
///   5. references are resolved.
/// A lone request of few rows takes fewer inserts, by the feed (schema/feed.h): 1 and terms are
/// one; and while the process is alone, and has told others so, 1 and 3 are one, and 2 stands
/// before it (append_alone.cc). Whatever fails before 4 leaves nothing that find() or query() would
/// show. What 3 has left in Ralph's table is found when the id comes again, or by the migration,
/// and completed. All but marks and terms, which show nowhere by themselves, store nothing when
/// they arrive after flush_max.
class Flush {
 public:
  /// Tells whether rows that lack our part may be in Ralph's table, so that it must be asked too.
  /// Called once, before anything of the flush can be in that table, by another thread.
  using MayHoldForeign = std::function<bool()>;

  Flush(Server& server, const TableNames& names, ServerClockWatermark& watermark,
        BetweenFlushes& kept, MayHoldForeign may_hold_foreign);

  /// Finishes every request, but for those it gives back: they must be tried again, in this order.
  /// No two requests may hold the same id.
  AppendRequests run(AppendRequests requests);

 private:
  Result<void> carry_out();
  void give_places();
  Result<void> reservation();
  std::vector<Uuid> ids_to_look_for();
  Result<void> settle_rivals();
  Result<void> complete_what_events_hold();
  Result<void> decide_outcomes();
  void begin_terms();
  void insert_terms(std::span<const NewRow> rows);
  Result<void> insert(const std::string& into, std::string_view columns, const TableRows& body);
  Result<void> write();
  Result<void> write_around();
  Result<void> write_events();
  Result<void> write_rows();
  bool are_events_there(std::span<const NewRow> rows, Time until, bool ahead);
  Result<void> try_to_settle(WriteInDoubt pending, const Error& error);
  Result<void> resolve();

  // append_alone.cc:
  void put_off_what_is_ahead();
  bool has_feed() const;
  bool is_lone() const;
  bool should_say_alone() const;
  Result<bool> write_alone();
  bool finds_nobody();
  Result<bool> insert_ahead();
  Result<void> look_behind();
  Result<bool> take_refusal(const Error& error);
  Result<bool> add_to_events();
  Result<void> acquire();
  Result<void> insert_into_feed(bool with_events, Time until, Fate& fate);

  Result<void> refuse(std::size_t request, const Error& by_view);
  Result<void> put_off(const AppendRequests& requests);
  void give_up(const Error& error);

  Server& server_;
  const TableNames& names_;
  ServerClockWatermark& watermark_;
  BetweenFlushes& kept_;
  const MayHoldForeign may_hold_foreign_;
  std::optional<bool> foreign_;
  const Deadline deadline_ = std::chrono::steady_clock::now() + flush_max;

  IdReservations reservations_;
  AppendRequests requests_;  // still in this flush
  AppendRequests again_;
  bool all_known_ =
      false;               // when the reservations were acquired, kept_.known held all reservations
  std::vector<Uuid> met_;  // if so, the ids that may have been reserved before
  std::vector<std::vector<AppendOutcome>> outcomes_;  // of requests_
  std::vector<NewRow> new_;                           // to be written
  bool around_written_ = false;                       // step 3 may have reached Ralph's table
  bool events_refused_ = false;                       // the server refused to write to it
  bool in_doubt_ = false;               // it is age, or kept_.in_doubt, that ends its reservations
  std::future<Result<void>> terms_in_;  // last: their threads use the above
  std::future<Result<void>> peers_read_;
};

}  // namespace lectern::store::clickhouse
