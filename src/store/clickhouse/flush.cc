#include "store/clickhouse/flush.h"

#include <algorithm>
#include <future>
#include <random>
#include <thread>
#include <unordered_map>

#include "base/log.h"
#include "store/clickhouse/event_row.h"
#include "store/verdicts.h"
#include "xapi/stamp.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds rival_poll{15};
constexpr milliseconds clean_up_max{1'000};

/// Two processes that collided come back at different moments.
milliseconds put_off_for() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds{20 + static_cast<int>(random() % 40)};
}

std::vector<const Row*> pointers(const Requests& requests) {
  std::vector<const Row*> rows;
  for (const auto& request : requests)
    for (const Row& row : request->rows) rows.push_back(&row);
  return rows;
}

/// Takes the requests that `is` holds for out of `requests`.
template <typename Is>
Requests take(Requests& requests, const Is& is) {
  const auto kept = std::stable_partition(requests.begin(), requests.end(),
                                          [&](const auto& request) { return !is(*request); });
  Requests taken(std::make_move_iterator(kept), std::make_move_iterator(requests.end()));
  requests.erase(kept, requests.end());
  return taken;
}

template <typename Is>
bool any_row(const Request& request, const Is& is) {
  return std::any_of(request.rows.begin(), request.rows.end(),
                     [&](const Row& row) { return is(row.id); });
}

NewRow new_row(const Request& request, std::size_t i) {
  return {&request.rows[i], &request.hashes[i], request.completes};
}

/// A row as resolve_references() needs it: without its text.
Row without_text(const Row& row) {
  Row light;
  light.id = row.id;
  light.terms = row.terms;
  light.refers_to = row.refers_to;
  light.voids = row.voids;
  light.stored = row.stored;
  return light;
}

}  // namespace

Flush::Flush(Server& server, const Names& names, Presence& presence, BetweenFlushes& kept,
             MayHoldForeign may_hold_foreign)
    : server_(server),
      names_(names),
      presence_(presence),
      kept_(kept),
      may_hold_foreign_(std::move(may_hold_foreign)),
      claims_(server, names, kept.ended, deadline_) {}

Requests Flush::run(Requests requests) {
  requests_ = std::move(requests);
  const auto done = carry_out();
  if (listened_.valid()) listened_.wait();
  // Before anybody is answered, since what it is told counts from there on.
  presence_.flush_ended(in_doubt_);
  kept_.known.tend(presence_.quiet());
  if (!done) give_up(done.error());
  for (std::size_t i = 0; i < requests_.size(); ++i) requests_[i]->finish(std::move(verdicts_[i]));
  return std::move(again_);
}

Result<void> Flush::carry_out() {
  RETURN_IF_ERROR(presence_.flush_begins(deadline_));
  RETURN_IF_ERROR(claim());
  if (std::exchange(kept_.all_new, false)) begin_terms();
  RETURN_IF_ERROR(settle_rivals());
  RETURN_IF_ERROR(complete_what_events_hold());
  if (requests_.empty()) return {};
  RETURN_IF_ERROR(judge());
  RETURN_IF_ERROR(write());
  return resolve();
}

Result<void> Flush::claim() {
  for (const auto& request : requests_) {
    for (Row& row : request->rows) {
      if (request->completes && row.stored_at.empty()) continue;
      row.stored = presence_.next_stored();
      xapi::set_stored(row.json, row.stored_at, row.stored);
    }
  }
  auto foreign = std::async(std::launch::async, may_hold_foreign_);
  const auto rows = pointers(requests_);
  met_ = kept_.known.note(rows);
  auto laid = claims_.lay(rows);
  foreign_ = foreign.get();
  all_known_ = kept_.known.holds_all(presence_.quiet());
  // Not to have heard is no harm: who wants to know will ask.
  if (laid)
    listened_ = std::async(std::launch::async, [this] { return presence_.listen(deadline_); });
  return laid;
}

/// The ids among ours on which others may have laid claims.
std::vector<Uuid> Flush::ids_to_look_for() {
  // Those who are not heard of now will find our claims.
  if (all_known_ && listened_.get() && kept_.known.holds_all(presence_.quiet())) return met_;
  std::vector<Uuid> all;
  for (const Row* row : pointers(requests_)) all.push_back(row->id);
  return all;
}

Result<void> Flush::settle_rivals() {
  const auto ids = ids_to_look_for();
  for (;;) {
    RETURN_IF_ERROR(claims_.read(ids));
    RETURN_IF_ERROR(put_off(take(requests_, [&](const Request& request) {
      return any_row(request, [&](const Uuid& id) { return claims_.must_yield(id); });
    })));
    const bool wait = std::any_of(requests_.begin(), requests_.end(), [&](const auto& request) {
      return any_row(*request, [&](const Uuid& id) { return claims_.must_wait(id); });
    });
    if (!wait) return {};
    if (Clock::now() > deadline_)
      return fail(Code::unavailable, "The database is too slow", "rivals did not withdraw");
    std::this_thread::sleep_for(rival_poll);
  }
}

Result<void> Flush::put_off(const Requests& requests) {
  if (requests.empty()) return {};
  const auto later = Clock::now() + put_off_for();
  for (const auto& request : requests) request->not_before = later;
  RETURN_IF_ERROR(claims_.mark(pointers(requests), ClaimState::withdrawn, deadline_));
  again_.insert(again_.end(), requests.begin(), requests.end());
  return {};
}

Result<void> Flush::complete_what_events_hold() {
  std::unordered_map<Uuid, Request*> asked;
  for (const auto& request : requests_) {
    if (request->completes) continue;
    for (const Row& row : request->rows)
      if (claims_.is_left_over(row.id) || (foreign_ && !claims_.kept(row.id)))
        asked.emplace(row.id, request.get());
  }
  if (asked.empty()) return {};
  std::vector<Uuid> ids;
  for (const auto& [id, request] : asked) ids.push_back(id);
  TRY(const auto events, events_of(server_, names_, ids, deadline_));
  if (events.empty()) return {};
  std::vector<Request*> held_up;
  for (const Event& event : events) {
    Request* request = asked.at(event.id);
    auto row = row_of_event(event);
    if (!row) {
      log::warning("clickhouse: {} holds {} and it cannot be read: {}", names_.events,
                   event.id.text(), row.error().message);
      continue;
    }
    // Walks may be beyond the instant at which it should have appeared.
    if (claims_.is_left_over(event.id)) row->stored_at = stored_at_of(*row);
    std::vector<Row> rows;
    rows.push_back(std::move(*row));
    again_.push_back(std::make_shared<Request>(std::move(rows), OnConflict::skip,
                                               Clock::now() + flush_max, true));
    held_up.push_back(request);
  }
  // Behind what completes them, they will meet a statement that is there.
  return put_off(take(requests_, [&](const Request& request) {
    return std::find(held_up.begin(), held_up.end(), &request) != held_up.end();
  }));
}

Result<void> Flush::judge() {
  std::vector<const Row*> refused;
  for (const auto& request : requests_) {
    auto& verdicts = verdicts_.emplace_back(store::judge(
        request->rows, request->on_conflict, [&](const Uuid& id) { return claims_.kept(id); }));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      if (verdicts[i] == Verdict::refused) refused.push_back(&request->rows[i]);
      if (verdicts[i] == Verdict::stored) new_.push_back(new_row(*request, i));
    }
  }
  return claims_.mark(refused, ClaimState::withdrawn, deadline_);
}

/// Terms without a row are passed over by who reads, so they may go in beside the look at rivals.
void Flush::begin_terms() {
  std::vector<NewRow> rows;
  for (const auto& request : requests_)
    for (std::size_t i = 0; i < request->rows.size(); ++i) rows.push_back(new_row(*request, i));
  insert_terms(rows);
}

void Flush::insert_terms(std::span<const NewRow> rows) {
  terms_in_ = std::async(std::launch::async,
                         [this, body = terms_body(rows)] { return insert(names_.terms, body); });
}

Result<void> Flush::insert(const std::string& into, const Body& body, bool* answered) {
  if (body.rows == 0) return {};
  return server_.insert(into, body.rows, body.bytes.bytes(), deadline_, answered);
}

Result<void> Flush::write_around() {
  for (const auto& request : requests_)
    if (request->completes) around_written_ = true;
  RETURN_IF_ERROR(insert(names_.marks, marks_body(new_)));
  if (!terms_in_.valid()) insert_terms(new_);
  around_written_ = true;
  const auto events_in =
      insert(names_.events + " (event_id, emission_time, event)", events_body(new_));
  RETURN_IF_ERROR(terms_in_.get());
  return events_in;
}

Result<void> Flush::write() {
  if (new_.empty()) return {};
  RETURN_IF_ERROR(write_around());
  bool answered = false;
  auto written = insert(names_.rows, rows_body(new_), &answered);
  in_doubt_ = !written && !answered;
  kept_.all_new = written && again_.empty() && new_.size() == pointers(requests_).size();
  return written;
}

Result<void> Flush::resolve() {
  References references(server_, names_, deadline_);
  std::vector<Row> rows;
  std::vector<Uuid> ids, targets;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    for (std::size_t j = 0; j < verdicts_[i].size(); ++j) {
      const Row& row = requests_[i]->rows[j];
      // Known ones too: an earlier attempt may have failed right here.
      if (verdicts_[i][j] != Verdict::stored && verdicts_[i][j] != Verdict::known) continue;
      ids.push_back(row.id);
      if (row.refers_to) targets.push_back(*row.refers_to);
    }
  }
  if (ids.empty()) return {};
  TRY(const auto referrers, references.referrers(ids));
  if (referrers.empty() && targets.empty()) return {};
  for (std::size_t i = 0; i < requests_.size(); ++i)
    for (std::size_t j = 0; j < verdicts_[i].size(); ++j)
      if (verdicts_[i][j] == Verdict::stored || verdicts_[i][j] == Verdict::known)
        rows.push_back(without_text(requests_[i]->rows[j]));
  RETURN_IF_ERROR(references.load(targets));
  RETURN_IF_ERROR(resolve_references(references, rows));
  return references.write();
}

void Flush::give_up(const Error& error) {
  // Nobody should wait for claims behind which nothing will come. Once the rows are in doubt it is
  // their age that settles it.
  if (!in_doubt_) {
    const auto state = around_written_ ? ClaimState::abandoned : ClaimState::withdrawn;
    kept_.ended.add(claims_.owner(), state);
    static_cast<void>(
        claims_.mark(pointers(requests_), state, Clock::now() + clean_up_max).has_value());
  }
  for (const auto& request : requests_) request->finish(fail(error));
  requests_.clear();
}

}  // namespace lectern::store::clickhouse
