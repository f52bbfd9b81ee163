#include "store/clickhouse/write/append.h"

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>

#include "base/log.h"
#include "store/clickhouse/schema/event_row.h"
#include "store/clickhouse/write/append_rows.h"
#include "store/clickhouse/write/view_refusal.h"
#include "store/common/append_outcome.h"
#include "xapi/stamp.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds rival_poll{15};
constexpr milliseconds clean_up_max{1'000};

bool is_of(const AppendRequest& request, const NewRow& row) {
  return std::any_of(request.rows.begin(), request.rows.end(),
                     [&](const Row& own) { return &own == row.row; });
}

}  // namespace

Flush::Flush(Server& server, const TableNames& names, ServerClockWatermark& watermark,
             BetweenFlushes& kept, MayHoldForeign may_hold_foreign)
    : server_(server),
      names_(names),
      watermark_(watermark),
      kept_(kept),
      may_hold_foreign_(std::move(may_hold_foreign)),
      reservations_(server, names, kept.ended, deadline_) {}

AppendRequests Flush::run(AppendRequests requests) {
  requests_ = std::move(requests);
  const auto done = carry_out();
  if (peers_read_.valid()) peers_read_.wait();
  // Before anybody is answered, since what it is told counts from there on.
  watermark_.flush_ended(kept_.in_doubt.hold_back());
  kept_.known.refresh(watermark_.quiet());
  if (!done) give_up(done.error());
  for (std::size_t i = 0; i < requests_.size(); ++i) requests_[i]->finish(std::move(outcomes_[i]));
  return std::move(again_);
}

Result<void> Flush::carry_out() {
  kept_.in_doubt.settle_all(std::min(deadline_, Clock::now() + settle_max));
  put_off_what_is_ahead();
  if (requests_.empty()) return {};
  RETURN_IF_ERROR(watermark_.flush_begins(deadline_, should_say_alone()));
  give_places();
  TRY(const bool written, write_alone());
  if (written) return resolve();
  if (requests_.empty()) return {};
  RETURN_IF_ERROR(reservation());
  if (std::exchange(kept_.all_new, false) && !terms_in_.valid()) begin_terms();
  RETURN_IF_ERROR(settle_rivals());
  RETURN_IF_ERROR(complete_what_events_hold());
  if (requests_.empty()) return {};
  RETURN_IF_ERROR(decide_outcomes());
  RETURN_IF_ERROR(write());
  return resolve();
}

void Flush::give_places() {
  for (const auto& request : requests_) {
    for (Row& row : request->rows) {
      if (request->completes && row.stored_at.empty()) continue;
      row.stored = watermark_.next_stored();
      xapi::set_stored(row.json, row.stored_at, row.stored);
    }
  }
  met_ = kept_.known.note(pointers(requests_));
}

Result<void> Flush::reservation() {
  std::future<bool> foreign;
  if (!foreign_) foreign = std::async(std::launch::async, may_hold_foreign_);
  auto acquired = acquire();
  if (foreign.valid()) foreign_ = foreign.get();
  all_known_ = kept_.known.holds_all(watermark_.quiet());
  // Not to have heard is no harm: who wants to know will ask.
  if (acquired)
    peers_read_ =
        std::async(std::launch::async, [this] { return watermark_.read_peers(deadline_); });
  return acquired;
}

/// The ids among ours on which others may have acquired reservations.
std::vector<Uuid> Flush::ids_to_look_for() {
  // Those who are not heard of now will find our reservations.
  if (all_known_ && peers_read_.get() && kept_.known.holds_all(watermark_.quiet())) return met_;
  std::vector<Uuid> all;
  for (const Row* row : pointers(requests_)) all.push_back(row->id);
  return all;
}

Result<void> Flush::settle_rivals() {
  const auto ids = ids_to_look_for();
  for (;;) {
    RETURN_IF_ERROR(reservations_.read(ids));
    RETURN_IF_ERROR(put_off(take(requests_, [&](const AppendRequest& request) {
      return any_row(request, [&](const Uuid& id) { return reservations_.must_yield(id); });
    })));
    const bool wait = std::any_of(requests_.begin(), requests_.end(), [&](const auto& request) {
      return any_row(*request, [&](const Uuid& id) { return reservations_.must_wait(id); });
    });
    if (!wait) return {};
    if (Clock::now() > deadline_)
      return fail(
          Code::unavailable, "The database is too slow",
          "other processes hold a reservation on the same ids and did not withdraw it in time");
    std::this_thread::sleep_for(rival_poll);
  }
}

Result<void> Flush::put_off(const AppendRequests& requests) {
  if (requests.empty()) return {};
  const auto later = Clock::now() + put_off_for();
  for (const auto& request : requests) request->not_before = later;
  RETURN_IF_ERROR(reservations_.mark(pointers(requests), ReservationState::withdrawn, deadline_));
  again_.insert(again_.end(), requests.begin(), requests.end());
  return {};
}

Result<void> Flush::complete_what_events_hold() {
  // What is in conflict as it is completes nothing (W8).
  const auto will_be_refused = [&](const AppendRequest& request) {
    if (request.on_conflict != OnConflict::refuse_batch) return false;
    const auto outcomes = store::decide_outcomes(
        request.rows, request.on_conflict, [&](const Uuid& id) { return reservations_.kept(id); });
    return std::find(outcomes.begin(), outcomes.end(), AppendOutcome::conflict) != outcomes.end();
  };
  std::unordered_map<Uuid, AppendRequest*> asked;
  for (const auto& request : requests_) {
    if (request->completes || will_be_refused(*request)) continue;
    for (const Row& row : request->rows)
      if (!reservations_.was_refused(row.id) &&
          (reservations_.is_left_over(row.id) || (*foreign_ && !reservations_.kept(row.id))))
        asked.emplace(row.id, request.get());
  }
  if (asked.empty()) return {};
  std::vector<Uuid> ids;
  for (const auto& [id, request] : asked) ids.push_back(id);
  TRY(const auto events, events_of(server_, names_, ids, SIZE_MAX, deadline_));
  if (events.empty()) return {};
  std::vector<AppendRequest*> held_up;
  for (const Event& event : events) {
    AppendRequest* request = asked.at(event.id);
    auto row = row_of_event(event);
    if (!row) {
      log::warning("clickhouse: {} holds {} and it cannot be read: {}", names_.events,
                   event.id.text(), row.error().message);
      continue;
    }
    // Walks may be beyond the instant at which it should have appeared.
    if (reservations_.is_left_over(event.id)) row->stored_at = stored_at_of(*row);
    std::vector<Row> rows;
    rows.push_back(std::move(*row));
    again_.push_back(std::make_shared<AppendRequest>(std::move(rows), OnConflict::skip,
                                                     Clock::now() + flush_max, true));
    held_up.push_back(request);
  }
  // Behind what completes them, they will meet a statement that is there.
  return put_off(take(requests_, [&](const AppendRequest& request) {
    return std::find(held_up.begin(), held_up.end(), &request) != held_up.end();
  }));
}

Result<void> Flush::decide_outcomes() {
  std::vector<const Row*> refused;
  for (const auto& request : requests_) {
    auto& outcomes = outcomes_.emplace_back(
        store::decide_outcomes(request->rows, request->on_conflict,
                               [&](const Uuid& id) { return reservations_.kept(id); }));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i] == AppendOutcome::refused) refused.push_back(&request->rows[i]);
      if (outcomes[i] == AppendOutcome::stored) new_.push_back(new_row(*request, i));
    }
  }
  return reservations_.mark(refused, ReservationState::withdrawn, deadline_);
}

/// Terms without a row are passed over by who reads, so they may go in beside the look at rivals.
void Flush::begin_terms() {
  std::vector<NewRow> rows;
  for (const auto& request : requests_)
    for (std::size_t i = 0; i < request->rows.size(); ++i) rows.push_back(new_row(*request, i));
  insert_terms(rows);
}

void Flush::insert_terms(std::span<const NewRow> rows) {
  terms_in_ = std::async(std::launch::async, [this, body = terms_body(rows)] {
    return insert(names_.terms, terms_columns, body);
  });
}

/// Of what does no harm whenever it arrives, and however often.
Result<void> Flush::insert(const std::string& into, std::string_view columns,
                           const TableRows& body) {
  if (body.rows == 0) return {};
  return server_.insert({.table = into,
                         .columns = columns,
                         .rows = body.rows,
                         .body = body.bytes.bytes(),
                         .repeatable = true},
                        deadline_);
}

Result<void> Flush::write_around() {
  for (const auto& request : requests_)
    if (request->completes) around_written_ = true;
  RETURN_IF_ERROR(insert(names_.marks, marks_columns, marks_body(new_)));
  if (!terms_in_.valid()) insert_terms(new_);
  around_written_ = true;
  auto events_in = write_events();
  RETURN_IF_ERROR(terms_in_.get());
  return events_in;
}

Result<void> Flush::write_events() {
  const auto insert_events = [&](std::span<const NewRow> rows, Fate& fate) -> Result<void> {
    const auto body = events_body(rows);
    if (body.rows == 0) return {};
    auto written = server_.insert({.table = names_.events,
                                   .columns = events_columns,
                                   .rows = body.rows,
                                   .body = body.bytes.bytes(),
                                   .until = watermark_.until(),
                                   .run_max = views_max},
                                  deadline_, &fate);
    if (written || fate != Fate::unknown) return written;
    return are_events_there(rows, watermark_.until(), false) ? Result<void>{} : written;
  };
  Fate fate = Fate::unknown;
  auto written = insert_events(new_, fate);
  events_refused_ = !written && fate == Fate::refused;
  if (!events_refused_ || views_of(written.error()).empty()) return written;
  // A view refused all for what one request holds: each goes in by itself, so that the views see
  // the others.
  const bool lone = requests_.size() == 1;
  for (std::size_t i = requests_.size(); i-- > 0;) {
    const auto& request = requests_[i];
    std::vector<NewRow> rows;
    for (std::size_t j = 0; j < outcomes_[i].size(); ++j)
      if (outcomes_[i][j] == AppendOutcome::stored) rows.push_back(new_row(*request, j));
    if (!lone) written = insert_events(rows, fate);
    if (rows.empty() || written) continue;
    if (fate != Fate::refused || views_of(written.error()).empty()) return written;
    RETURN_IF_ERROR(refuse(i, written.error()));
  }
  return {};
}

Result<void> Flush::refuse(std::size_t i, const Error& by_view) {
  const auto& request = requests_[i];
  RETURN_IF_ERROR(reservations_.mark(pointers({request}), ReservationState::refused, deadline_));
  std::erase_if(new_, [&](const NewRow& row) { return is_of(*request, row); });
  request->finish(fail(refused_by_view(by_view)));
  outcomes_.erase(outcomes_.begin() + static_cast<std::ptrdiff_t>(i));
  requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(i));
  return {};
}

/// Behind an insert into Ralph's table that was not answered, of which nothing can be sent again
/// since that table would take it twice. What is not there is in doubt.
bool Flush::are_events_there(std::span<const NewRow> rows, Time until, bool ahead) {
  WriteInDoubt pending{WriteInDoubt::Step::events, reservations_.owner(), until, {}, {}, ahead};
  for (const NewRow& row : rows) pending.rows.push_back(without_text(*row.row));
  std::vector<Uuid> ids;
  for (const Row& row : pending.rows) ids.push_back(row.id);
  const auto there =
      count_events(server_, names_, ids, std::min(deadline_, Clock::now() + settle_max));
  if (there && *there == ids.size()) return true;
  in_doubt_ = true;
  kept_.in_doubt.add(std::move(pending));
  return false;
}

Result<void> Flush::write() {
  if (new_.empty()) return {};
  RETURN_IF_ERROR(write_around());
  if (new_.empty()) return {};
  RETURN_IF_ERROR(write_rows());
  kept_.all_new = again_.empty() && new_.size() == pointers(requests_).size();
  return {};
}

Result<void> Flush::write_rows() {
  auto body = rows_body(new_);
  Fate fate = Fate::refused;
  const auto written = server_.insert({.table = names_.rows,
                                       .columns = rows_columns,
                                       .rows = body.rows,
                                       .body = body.bytes.bytes(),
                                       .until = watermark_.until(),
                                       .token = token_of(reservations_.owner())},
                                      deadline_, &fate);
  if (written || fate != Fate::unknown) return written;
  WriteInDoubt pending{
      WriteInDoubt::Step::rows, reservations_.owner(), watermark_.until(), {}, std::move(body)};
  for (const NewRow& row : new_) pending.rows.push_back(without_text(*row.row));
  return try_to_settle(std::move(pending), written.error());
}

Result<void> Flush::try_to_settle(WriteInDoubt pending, const Error& error) {
  const auto outcome =
      kept_.in_doubt.settle(pending, std::min(deadline_, Clock::now() + settle_max));
  if (outcome == WritesInDoubt::Outcome::done) return {};
  in_doubt_ = true;
  if (outcome == WritesInDoubt::Outcome::open) kept_.in_doubt.add(std::move(pending));
  return fail(error);
}

Result<void> Flush::resolve() {
  std::vector<const Row*> rows;
  std::vector<ReferenceNodeView> views;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    for (std::size_t j = 0; j < outcomes_[i].size(); ++j) {
      // Known ones too: an earlier attempt may have failed right here.
      if (outcomes_[i][j] != AppendOutcome::stored && outcomes_[i][j] != AppendOutcome::known)
        continue;
      rows.push_back(&requests_[i]->rows[j]);
      views.push_back(view_of(*rows.back()));
    }
  }
  auto resolved = resolve_stored(server_, names_, views, deadline_);
  if (resolved || new_.empty()) return resolved;
  // They are in the table already: no list may end behind them before they mean what they should.
  WriteInDoubt pending{
      WriteInDoubt::Step::resolve, reservations_.owner(), watermark_.until(), {}, {}};
  for (const Row* row : rows) pending.rows.push_back(without_text(*row));
  return try_to_settle(std::move(pending), resolved.error());
}

void Flush::give_up(const Error& error) {
  // Nobody should wait for reservations behind which nothing will come.
  if (!in_doubt_) {
    const auto state = events_refused_   ? ReservationState::refused
                       : around_written_ ? ReservationState::abandoned
                                         : ReservationState::withdrawn;
    kept_.ended.add(reservations_.owner(), state);
    static_cast<void>(
        reservations_.mark(pointers(requests_), state, Clock::now() + clean_up_max).has_value());
  }
  for (const auto& request : requests_) request->finish(fail(error));
  requests_.clear();
}

}  // namespace lectern::store::clickhouse
