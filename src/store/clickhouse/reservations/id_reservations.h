#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {

/// How flushes of this process ended that failed, in case they could not write it down. Bounded.
class EndedFlushes {
 public:
  /// Notes what became of a flush; the one noted first is forgotten where they are too many.
  void add(std::int64_t owner, ReservationState state);
  /// What became of it; nothing where it is not remembered.
  std::optional<ReservationState> state_of(std::int64_t owner) const;

 private:
  std::deque<std::pair<std::int64_t, ReservationState>> last_;
};

/// Writes down what becomes of reservations on the `stored` of these rows. `until`: as of Insert.
Result<void> write_reservations(Server& server, const TableNames& names,
                                std::span<const Row* const> rows, std::int64_t owner,
                                ReservationState state, std::optional<Time> until,
                                Deadline deadline);

/// The reservations that a flush acquires, and those of others that it meets. ClickHouse keeps no
/// key unique, so a process writes down what it is about to do, reads back who else did, and goes
/// on only with ids that are its own: of two reservations on an id each owner sees the other's, or
/// has finished before that was there.
class IdReservations {
 public:
  IdReservations(Server& server, const TableNames& names, const EndedFlushes& ended,
                 Deadline deadline);

  /// What tells the reservations of this flush from others.
  std::int64_t owner() const { return owner_; }

  /// To be called before reservations that are written by other means than acquire().
  void expect(std::span<const Row* const> rows);
  /// Reserves row.stored for each row, up to this instant of the server's clock.
  Result<void> acquire(std::span<const Row* const> rows, Time until);
  /// Reads who else has reserved these of the ids. To be called again while others are waited for.
  Result<void> read(std::span<const Uuid> ids);
  /// Writes down what became of reservations, so that nobody waits for them.
  Result<void> mark(std::span<const Row* const> rows, ReservationState state, Deadline deadline);

  /// The fingerprint of the statement that is kept under the id.
  std::optional<xapi::Fingerprint> kept(const Uuid& id) const;
  /// Somebody with an earlier reservation than ours is about to write under this id: we must
  /// withdraw.
  bool must_yield(const Uuid& id) const;
  /// Somebody with a later reservation has still to withdraw: we must wait.
  bool must_wait(const Uuid& id) const;
  /// A reservation whose owner gave up or died behind the write to Ralph's table.
  bool is_left_over(const Uuid& id) const;
  /// What Ralph's table may hold under the id is of a write that the server refused: nobody was
  /// told that it is stored, and views may not have seen it.
  bool was_refused(const Uuid& id) const;

 private:
  struct Rival {
    Reservation reservation;
    bool has_row = false;
  };
  using Turn = std::pair<Time, std::int64_t>;  // stored and owner: who comes first

  bool any(const Uuid& id,
           const std::function<bool(const Reservation&, const Turn& ours)>& is) const;

  Server& server_;
  const TableNames& names_;
  const EndedFlushes& ended_;
  const Deadline deadline_;
  const std::int64_t owner_;
  std::unordered_map<Uuid, Time> ours_;
  std::unordered_map<Uuid, std::vector<Rival>> rivals_;
};

}  // namespace lectern::store::clickhouse
