// How a flush writes a lone request by fewer inserts (append.h, schema/feed.h).
#include <algorithm>

#include "store/clickhouse/schema/feed.h"
#include "store/clickhouse/write/append.h"
#include "store/clickhouse/write/append_rows.h"
#include "store/clickhouse/write/view_refusal.h"
#include "store/common/append_outcome.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

/// Beyond that the server's time counts for more than the number of inserts.
constexpr std::size_t lone_rows_max = 50;
/// After the server refused an insert into the feed: with an insert a table it may take the rows.
constexpr std::chrono::seconds no_feed_for{60};
/// After it took one and wrote less than it should: a view of ours is gone, or it counts otherwise.
constexpr std::chrono::hours no_feed_for_long{1};

/// Not one of ours, but one that hangs on Ralph's table.
bool is_of_users_view(const Error& error) {
  const auto views = views_of(error);
  return views.size() > 1 && views.back().ends_with(feed_events_in_names);
}

bool is_unconfirmed(const Error& error) { return error.detail.starts_with(not_confirmed); }

}  // namespace

bool Flush::has_feed() const { return kept_.has_feed && Clock::now() >= kept_.no_feed_until; }

bool Flush::is_lone() const {
  return has_feed() && requests_.size() == 1 && !requests_.front()->completes &&
         requests_.front()->rows.size() <= lone_rows_max;
}

bool Flush::should_say_alone() const {
  if (kept_.in_doubt.any_ahead()) return true;
  return kept_.known.holds_all(watermark_.quiet()) &&
         (is_lone() || (has_feed() && watermark_.told_alone()));
}

/// What was written ahead under the same ids, and is in doubt, is met by no look before it is
/// there.
void Flush::put_off_what_is_ahead() {
  if (!kept_.in_doubt.any_ahead()) return;
  const auto later = Clock::now() + put_off_for();
  for (auto& request : take(requests_, [&](const AppendRequest& one) {
         return any_row(one, [&](const Uuid& id) { return kept_.in_doubt.is_ahead(id); });
       })) {
    request->not_before = later;
    again_.push_back(request);
  }
}

/// Whether nobody else is at work, and nobody has reserved these ids before or wrote to Ralph's
/// table beside us. What is told here holds until others have been told that we are not alone.
bool Flush::finds_nobody() {
  if (!met_.empty()) return false;
  auto foreign = std::async(std::launch::async, may_hold_foreign_);
  const auto heard = watermark_.read_peers(deadline_);
  foreign_ = foreign.get();
  return heard && !*foreign_ && kept_.known.holds_all(watermark_.quiet());
}

Result<void> Flush::insert_into_feed(bool with_events, Time until, Fate& fate) {
  const auto body = feed_body(new_, reservations_.owner(), with_events);
  auto written = server_.insert({.table = names_.feed,
                                 .columns = feed_columns,
                                 .rows = body.rows,
                                 .body = body.bytes.bytes(),
                                 .written_min = feed_rows(new_, with_events),
                                 .until = until,
                                 .no_view_is_passed_over = true,
                                 .run_max = views_max},
                                deadline_, &fate);
  if (!written && is_unconfirmed(written.error()))
    kept_.no_feed_until = Clock::now() + no_feed_for_long;
  return written;
}

/// Writes all, if it may be written before the look at others; else it has changed nothing.
Result<bool> Flush::write_alone() {
  if (!watermark_.told_alone() || !is_lone() || !finds_nobody()) return false;
  const auto& request = *requests_.front();
  auto outcomes = store::decide_outcomes(
      request.rows, request.on_conflict,
      [](const Uuid&) -> std::optional<xapi::Fingerprint> { return std::nullopt; });
  if (std::any_of(outcomes.begin(), outcomes.end(),
                  [](auto outcome) { return outcome != AppendOutcome::stored; }))
    return false;
  outcomes_.push_back(std::move(outcomes));
  for (std::size_t i = 0; i < request.rows.size(); ++i) new_.push_back(new_row(request, i));
  RETURN_IF_ERROR(insert(names_.marks, marks_columns, marks_body(new_)));
  TRY(const bool written, insert_ahead());
  if (!written) {
    outcomes_.clear();
    new_.clear();
    return false;
  }
  if (requests_.empty()) return true;
  RETURN_IF_ERROR(write_rows());
  kept_.all_new = true;
  return true;
}

/// Reservations, terms and Ralph's table.
Result<bool> Flush::insert_ahead() {
  reservations_.expect(pointers(requests_));
  around_written_ = true;
  Fate fate = Fate::unknown;
  const auto until = watermark_.alone_until();
  const auto written = insert_into_feed(true, until, fate);
  if (written) {
    RETURN_IF_ERROR(look_behind());
    return true;
  }
  if (fate == Fate::refused) return take_refusal(written.error());
  if (fate == Fate::late) return around_written_ = false;
  if (!are_events_there(new_, until, true)) return fail(written.error());
  return add_to_events();
}

/// Behind an insert into the feed that put the texts into Ralph's table; of the rest nobody knows.
Result<bool> Flush::add_to_events() {
  RETURN_IF_ERROR(reservations_.acquire(pointers(requests_), watermark_.until()));
  RETURN_IF_ERROR(look_behind());
  RETURN_IF_ERROR(insert(names_.terms, terms_columns, terms_body(new_)));
  return true;
}

/// Views on Ralph's table may take longer than others wait for one that is alone, and the feed
/// hands on in no order: somebody may have looked before our reservations were there. Then this
/// look, now that they are, meets what that one has reserved before.
Result<void> Flush::look_behind() {
  if (watermark_.others_wait()) return {};
  std::vector<Uuid> ids;
  for (const NewRow& row : new_) ids.push_back(row.row->id);
  RETURN_IF_ERROR(reservations_.read(ids));
  const bool is_met = std::any_of(ids.begin(), ids.end(), [&](const Uuid& id) {
    return reservations_.kept(id).has_value() || reservations_.must_yield(id) ||
           reservations_.must_wait(id);
  });
  if (!is_met) return {};
  return fail(Code::unavailable, "The database is too slow",
              "another process has reserved an id while it was written ahead");
}

/// Where a view of ours was refused, what the others have handed on by then stays.
Result<bool> Flush::take_refusal(const Error& error) {
  if (is_of_users_view(error)) {
    RETURN_IF_ERROR(refuse(0, error));
    return true;
  }
  kept_.no_feed_until = Clock::now() + no_feed_for;
  std::vector<Uuid> ids;
  for (const NewRow& row : new_) ids.push_back(row.row->id);
  TRY(const auto there, count_events(server_, names_, ids, deadline_));
  if (there == 0) return around_written_ = false;
  // They have not seen those rows, and see them only when they are sent again.
  TRY(events_refused_, has_views_of_others(server_, names_, deadline_));
  // Who sends the others again completes what is there.
  if (events_refused_ || there < ids.size()) return fail(error);
  return add_to_events();
}

/// The reservations; the terms too, where they go ahead of the look at others anyway.
Result<void> Flush::acquire() {
  const auto rows = pointers(requests_);
  if (kept_.all_new && is_lone()) {
    for (std::size_t i = 0; i < rows.size(); ++i) new_.push_back(new_row(*requests_.front(), i));
    reservations_.expect(rows);
    Fate fate = Fate::unknown;
    auto written = insert_into_feed(false, watermark_.until(), fate);
    new_.clear();
    if (fate == Fate::refused) kept_.no_feed_until = Clock::now() + no_feed_for;
    if (written) terms_in_ = std::async(std::launch::deferred, [] { return Result<void>{}; });
    if (written || fate == Fate::late) return written;
  }
  return reservations_.acquire(rows, watermark_.until());
}

}  // namespace lectern::store::clickhouse
