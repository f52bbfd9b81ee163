#include "store/clickhouse/reservations/id_reservations.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/clickhouse/write/row_encoding.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view claims_columns =
    "id FixedString(16), stored Int64, hash FixedString(16), timestamp Int64, owner Int64, state "
    "UInt8";
constexpr std::size_t claim_bytes = 16 + 8 + 16 + 8 + 8 + 1;

RowWriter encoded(std::span<const Row* const> rows, std::int64_t owner, ReservationState state) {
  RowWriter body;
  body.reserve(rows.size() * claim_bytes);
  for (const Row* row : rows) {
    body.fixed(row->id);
    body.i64(micros_of(row->stored));
    body.fixed(row->fingerprint.hash);
    body.i64(timestamp_of(row->fingerprint));
    body.i64(owner);
    body.u8(static_cast<std::uint8_t>(state));
  }
  return body;
}

/// Of the rows of each reservation the one that says most.
std::vector<Reservation> merged(const std::vector<Reservation>& reservations) {
  std::map<std::pair<xapi::Position, std::int64_t>, Reservation> all;
  for (const Reservation& reservation : reservations) {
    const auto [at, is_new] =
        all.try_emplace({reservation.position, reservation.owner}, reservation);
    if (at->second.state < reservation.state) at->second = reservation;
  }
  std::vector<Reservation> last;
  for (const auto& [key, reservation] : all) last.push_back(reservation);
  return last;
}

std::int64_t random_owner() {
  const auto bytes = Uuid::random().bytes;
  std::int64_t owner = 0;
  std::memcpy(&owner, bytes.data(), sizeof owner);
  return owner;
}

bool is_dead(const Reservation& reservation) {
  return reservation.state == ReservationState::abandoned ||
         reservation.age_us > std::chrono::microseconds{silence_max}.count();
}

bool is_live(const Reservation& reservation) {
  return reservation.state == ReservationState::reserved && !is_dead(reservation);
}

constexpr std::size_t ended_max = 1'000;

}  // namespace

void EndedFlushes::add(std::int64_t owner, ReservationState state) {
  last_.emplace_back(owner, state);
  if (last_.size() > ended_max) last_.pop_front();
}

std::optional<ReservationState> EndedFlushes::state_of(std::int64_t owner) const {
  for (const auto& [known, state] : last_)
    if (known == owner) return state;
  return std::nullopt;
}

IdReservations::IdReservations(Server& server, const TableNames& names, const EndedFlushes& ended,
                               Deadline deadline)
    : server_(server), names_(names), ended_(ended), deadline_(deadline), owner_(random_owner()) {}

Result<void> write_reservations(Server& server, const TableNames& names,
                                std::span<const Row* const> rows, std::int64_t owner,
                                ReservationState state, std::optional<Time> until,
                                Deadline deadline) {
  if (rows.empty()) return {};
  const auto body = encoded(rows, owner, state);
  return server.insert({.table = names.ids,
                        .columns = claims_columns,
                        .rows = rows.size(),
                        .body = body.bytes(),
                        .until = until,
                        .repeatable = true},
                       deadline);
}

Result<void> IdReservations::mark(std::span<const Row* const> rows, ReservationState state,
                                  Deadline deadline) {
  return write_reservations(server_, names_, rows, owner_, state, std::nullopt, deadline);
}

void IdReservations::expect(std::span<const Row* const> rows) {
  for (const Row* row : rows) ours_.emplace(row->id, row->stored);
}

Result<void> IdReservations::acquire(std::span<const Row* const> rows, Time until) {
  expect(rows);
  return write_reservations(server_, names_, rows, owner_, ReservationState::reserved, until,
                            deadline_);
}

Result<void> IdReservations::read(std::span<const Uuid> ids) {
  TRY(const auto reservations, reservations_of(server_, names_, ids, deadline_));
  rivals_.clear();
  std::vector<xapi::Position> positions;
  for (const Reservation& reservation : merged(reservations)) {
    if (reservation.owner == owner_) continue;
    Rival rival{reservation};
    if (const auto state = ended_.state_of(reservation.owner)) rival.reservation.state = *state;
    rivals_[reservation.position.id].push_back(rival);
    positions.push_back(reservation.position);
  }
  TRY(const auto with_row, committed(server_, names_, positions, deadline_));
  for (auto& [id, rivals] : rivals_)
    for (Rival& rival : rivals) rival.has_row = with_row.contains(rival.reservation.position);
  return {};
}

std::optional<xapi::Fingerprint> IdReservations::kept(const Uuid& id) const {
  const auto at = rivals_.find(id);
  if (at == rivals_.end()) return std::nullopt;
  for (const Rival& rival : at->second)
    if (rival.has_row) return rival.reservation.fingerprint;
  return std::nullopt;
}

bool IdReservations::any(
    const Uuid& id, const std::function<bool(const Reservation&, const Turn& ours)>& is) const {
  const auto at = rivals_.find(id);
  if (at == rivals_.end() || kept(id)) return false;
  const Turn ours{ours_.at(id), owner_};
  return std::any_of(at->second.begin(), at->second.end(),
                     [&](const Rival& rival) { return is(rival.reservation, ours); });
}

bool IdReservations::must_yield(const Uuid& id) const {
  return any(id, [](const Reservation& reservation, const Turn& ours) {
    return is_live(reservation) && Turn{reservation.position.stored, reservation.owner} < ours;
  });
}

bool IdReservations::must_wait(const Uuid& id) const {
  return any(id, [](const Reservation& reservation, const Turn& ours) {
    return is_live(reservation) && Turn{reservation.position.stored, reservation.owner} > ours;
  });
}

bool IdReservations::is_left_over(const Uuid& id) const {
  return any(id, [](const Reservation& reservation, const Turn&) {
    return is_dead(reservation) && reservation.state != ReservationState::withdrawn &&
           reservation.state != ReservationState::refused;
  });
}

bool IdReservations::was_refused(const Uuid& id) const {
  return any(id, [](const Reservation& reservation, const Turn&) {
    return reservation.state == ReservationState::refused;
  });
}

}  // namespace lectern::store::clickhouse
