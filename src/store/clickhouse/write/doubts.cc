#include "store/clickhouse/write/doubts.h"

#include <algorithm>
#include <string>

#include "base/log.h"
#include "store/clickhouse/read/lookup.h"
#include "store/clickhouse/write/references.h"
#include "store/common/reference_resolver.h"

namespace lectern::store::clickhouse {
namespace {

using std::chrono::seconds;

/// How long after its time was over an insert that was begun before may take.
constexpr seconds margin{5};
/// Of bodies that are kept to be sent again; others are only looked for.
constexpr std::size_t bodies_bytes_max = 64UL << 20;
constexpr std::size_t doubts_max = 64;

std::vector<const Row*> pointers(const std::vector<Row>& rows) {
  std::vector<const Row*> all;
  for (const Row& row : rows) all.push_back(&row);
  return all;
}

}  // namespace

std::string token_of(std::int64_t owner) { return "lectern-" + std::to_string(owner); }

Result<void> resolve_stored(Server& server, const TableNames& names,
                            std::span<const ReferenceNodeView> rows, Deadline deadline) {
  ClickHouseReferences references(server, names, deadline);
  if (rows.empty()) return {};
  RETURN_IF_ERROR(resolve_references(references, rows, deadline));
  return references.write();
}

Doubts::Doubts(Server& server, const TableNames& names, EndedFlushes& ended)
    : server_(server), names_(names), ended_(ended) {}

void Doubts::add(Doubt doubt) {
  std::size_t bytes = doubt.body.bytes.bytes().size();
  for (const Doubt& other : doubts_) bytes += other.body.bytes.bytes().size();
  if (bytes > bodies_bytes_max) doubt.body = {};
  doubts_.push_back(std::move(doubt));
  // Beyond that many the oldest have long been over: the server has not answered for minutes.
  if (doubts_.size() > doubts_max) doubts_.pop_front();
}

bool Doubts::hold_back() const {
  return std::any_of(doubts_.begin(), doubts_.end(),
                     [](const Doubt& doubt) { return doubt.step != Doubt::Step::events; });
}

bool Doubts::any_ahead() const {
  return std::any_of(doubts_.begin(), doubts_.end(),
                     [](const Doubt& doubt) { return doubt.ahead; });
}

bool Doubts::is_ahead(const Uuid& id) const {
  return std::any_of(doubts_.begin(), doubts_.end(), [&](const Doubt& doubt) {
    return doubt.ahead && std::any_of(doubt.rows.begin(), doubt.rows.end(),
                                      [&](const Row& row) { return row.id == id; });
  });
}

void Doubts::settle_all(Deadline deadline) {
  while (!doubts_.empty()) {
    if (settle(doubts_.front(), deadline) == Outcome::open) return;
    doubts_.pop_front();
  }
}

Doubts::Outcome Doubts::settle(Doubt& doubt, Deadline deadline) {
  if (doubt.step == Doubt::Step::events) return settle_events(doubt, deadline);
  if (doubt.step == Doubt::Step::rows) {
    const auto outcome = settle_rows(doubt, deadline);
    if (outcome == Outcome::nothing) reservations_are_free(doubt, deadline);
    if (outcome != Outcome::done) return outcome;
    doubt.step = Doubt::Step::resolve;
    doubt.body = {};
  }
  const auto resolved = resolve_stored(server_, names_, views_of(doubt.rows), deadline);
  if (!resolved) {
    if (!is_over(doubt, deadline)) return Outcome::open;
    log::warning("clickhouse: what {} statements in {} void or refer to could not be written: {}",
                 doubt.rows.size(), names_.rows, resolved.error().detail);
  }
  return Outcome::done;
}

Doubts::Outcome Doubts::look_for_rows(const Doubt& doubt, Deadline deadline) {
  std::vector<xapi::Position> places;
  for (const Row& row : doubt.rows) places.push_back({row.stored, row.id});
  const auto there = committed(server_, names_, places, deadline);
  if (!there) return Outcome::open;
  return there->size() == places.size() ? Outcome::done : Outcome::nothing;
}

Doubts::Outcome Doubts::settle_rows(Doubt& doubt, Deadline deadline) {
  const auto there = look_for_rows(doubt, deadline);
  if (there != Outcome::nothing) return there;
  if (doubt.body.rows > 0) {
    const auto sent = server_.insert({.table = names_.rows,
                                      .columns = rows_columns,
                                      .rows = doubt.body.rows,
                                      .body = doubt.body.bytes.bytes(),
                                      .until = doubt.until,
                                      .token = token_of(doubt.owner)},
                                     deadline);
    if (sent) return Outcome::done;
  }
  if (!is_over(doubt, deadline)) return Outcome::open;
  return look_for_rows(doubt, deadline);
}

Doubts::Outcome Doubts::settle_events(const Doubt& doubt, Deadline deadline) {
  std::vector<Uuid> ids;
  for (const Row& row : doubt.rows) ids.push_back(row.id);
  const auto there = count_events(server_, names_, ids, deadline);
  if (!there) return Outcome::open;
  if (*there < ids.size() && !is_over(doubt, deadline)) return Outcome::open;
  // Who sends them again completes what is there.
  reservations_are_free(doubt, deadline);
  return Outcome::nothing;
}

bool Doubts::is_over(const Doubt& doubt, Deadline deadline) {
  const auto now = server_.now(deadline);
  return now && *now > doubt.until + margin;
}

void Doubts::reservations_are_free(const Doubt& doubt, Deadline deadline) {
  ended_.add(doubt.owner, ReservationState::abandoned);
  static_cast<void>(write_reservations(server_, names_, pointers(doubt.rows), doubt.owner,
                                       ReservationState::abandoned, std::nullopt, deadline)
                        .has_value());
}

}  // namespace lectern::store::clickhouse
