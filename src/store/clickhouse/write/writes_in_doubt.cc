#include "store/clickhouse/write/writes_in_doubt.h"

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
constexpr std::size_t writes_max = 64;

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

WritesInDoubt::WritesInDoubt(Server& server, const TableNames& names, EndedFlushes& ended)
    : server_(server), names_(names), ended_(ended) {}

void WritesInDoubt::add(WriteInDoubt write) {
  std::size_t bytes = write.body.bytes.bytes().size();
  for (const WriteInDoubt& other : writes_) bytes += other.body.bytes.bytes().size();
  if (bytes > bodies_bytes_max) write.body = {};
  writes_.push_back(std::move(write));
  // Beyond that many the oldest have long been over: the server has not answered for minutes.
  if (writes_.size() > writes_max) writes_.pop_front();
}

bool WritesInDoubt::hold_back() const {
  return std::any_of(writes_.begin(), writes_.end(), [](const WriteInDoubt& write) {
    return write.step != WriteInDoubt::Step::events;
  });
}

bool WritesInDoubt::any_ahead() const {
  return std::any_of(writes_.begin(), writes_.end(),
                     [](const WriteInDoubt& write) { return write.ahead; });
}

bool WritesInDoubt::is_ahead(const Uuid& id) const {
  return std::any_of(writes_.begin(), writes_.end(), [&](const WriteInDoubt& write) {
    return write.ahead && std::any_of(write.rows.begin(), write.rows.end(),
                                      [&](const Row& row) { return row.id == id; });
  });
}

void WritesInDoubt::settle_all(Deadline deadline) {
  while (!writes_.empty()) {
    if (settle(writes_.front(), deadline) == Outcome::open) return;
    writes_.pop_front();
  }
}

WritesInDoubt::Outcome WritesInDoubt::settle(WriteInDoubt& write, Deadline deadline) {
  if (write.step == WriteInDoubt::Step::events) return settle_events(write, deadline);
  if (write.step == WriteInDoubt::Step::rows) {
    const auto outcome = settle_rows(write, deadline);
    if (outcome == Outcome::nothing) reservations_are_free(write, deadline);
    if (outcome != Outcome::done) return outcome;
    write.step = WriteInDoubt::Step::resolve;
    write.body = {};
  }
  const auto resolved = resolve_stored(server_, names_, views_of(write.rows), deadline);
  if (!resolved) {
    if (!is_over(write, deadline)) return Outcome::open;
    log::warning("clickhouse: what {} statements in {} void or refer to could not be written: {}",
                 write.rows.size(), names_.rows, resolved.error().detail);
  }
  return Outcome::done;
}

WritesInDoubt::Outcome WritesInDoubt::look_for_rows(const WriteInDoubt& write, Deadline deadline) {
  std::vector<xapi::Position> places;
  for (const Row& row : write.rows) places.push_back({row.stored, row.id});
  const auto there = committed(server_, names_, places, deadline);
  if (!there) return Outcome::open;
  return there->size() == places.size() ? Outcome::done : Outcome::nothing;
}

WritesInDoubt::Outcome WritesInDoubt::settle_rows(WriteInDoubt& write, Deadline deadline) {
  const auto there = look_for_rows(write, deadline);
  if (there != Outcome::nothing) return there;
  if (write.body.rows > 0) {
    const auto sent = server_.insert({.table = names_.rows,
                                      .columns = rows_columns,
                                      .rows = write.body.rows,
                                      .body = write.body.bytes.bytes(),
                                      .until = write.until,
                                      .token = token_of(write.owner)},
                                     deadline);
    if (sent) return Outcome::done;
  }
  if (!is_over(write, deadline)) return Outcome::open;
  return look_for_rows(write, deadline);
}

WritesInDoubt::Outcome WritesInDoubt::settle_events(const WriteInDoubt& write, Deadline deadline) {
  std::vector<Uuid> ids;
  for (const Row& row : write.rows) ids.push_back(row.id);
  const auto there = count_events(server_, names_, ids, deadline);
  if (!there) return Outcome::open;
  if (*there < ids.size() && !is_over(write, deadline)) return Outcome::open;
  // Who sends them again completes what is there.
  reservations_are_free(write, deadline);
  return Outcome::nothing;
}

bool WritesInDoubt::is_over(const WriteInDoubt& write, Deadline deadline) {
  const auto now = server_.now(deadline);
  return now && *now > write.until + margin;
}

void WritesInDoubt::reservations_are_free(const WriteInDoubt& write, Deadline deadline) {
  ended_.add(write.owner, ReservationState::abandoned);
  static_cast<void>(write_reservations(server_, names_, pointers(write.rows), write.owner,
                                       ReservationState::abandoned, std::nullopt, deadline)
                        .has_value());
}

}  // namespace lectern::store::clickhouse
