#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/reservations/id_reservations.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/common/reference_resolver.h"

namespace lectern::store::clickhouse {

/// A step of a flush of which nobody knows whether it was, or will be, done.
struct WriteInDoubt {
  /// Where the flush was when its line broke.
  enum class Step {
    events,   ///< the insert into Ralph's table was not answered, and not all of it is there
    rows,     ///< the insert of the rows was not answered
    resolve,  ///< the rows are there; what they mean for others is not written yet
  };
  Step step = Step::rows;
  std::int64_t owner = 0;  ///< of the reservations
  Time until;              ///< by the server's clock: the inserts store nothing after it
  std::vector<Row> rows;   ///< without their texts
  TableRows body;          ///< of the rows, to be sent again; may be empty
  bool ahead = false;      ///< of a write to Ralph's table before the look at others
};

/// What flushes of one target left in doubt (docs/CONSISTENCY.md, W10 and W11). It is settled as
/// soon as the server answers: rows are looked for and sent again, with the token that lets one of
/// the two in; what is not there when its time is over never will be. For the writing thread.
class WritesInDoubt {
 public:
  WritesInDoubt(Server& server, const TableNames& names, EndedFlushes& ended);

  enum class Outcome { open, done, nothing };
  /// Tries to settle one. `done`: the step is; `nothing`: it will never be.
  Outcome settle(WriteInDoubt& write, Deadline deadline);

  void add(WriteInDoubt write);
  /// Tries to settle all.
  void settle_all(Deadline deadline);
  bool any() const { return !writes_.empty(); }
  /// Whether others must go on taking this process for one that is alone.
  bool any_ahead() const;
  /// Whether something under this id was written ahead and is in doubt: its reservation may still
  /// be under way, so that no look would meet it.
  bool is_ahead(const Uuid& id) const;
  /// Whether some of it could still appear in lists: the promise must wait for that.
  bool hold_back() const;

 private:
  Outcome settle_rows(WriteInDoubt& write, Deadline deadline);
  Outcome settle_events(const WriteInDoubt& write, Deadline deadline);
  Outcome look_for_rows(const WriteInDoubt& write, Deadline deadline);
  /// Whether the time of its inserts is over, and a margin for one that was begun in time.
  bool is_over(const WriteInDoubt& write, Deadline deadline);
  void reservations_are_free(const WriteInDoubt& write, Deadline deadline);

  Server& server_;
  const TableNames& names_;
  EndedFlushes& ended_;
  std::deque<WriteInDoubt> writes_;
};

/// What tells the insert of a flush's rows from others.
std::string token_of(std::int64_t owner);

/// Voids and hands on terms along references to and from these rows, which are stored. Repeating it
/// does no harm. Errors: unavailable.
Result<void> resolve_stored(Server& server, const TableNames& names,
                            std::span<const ReferenceNodeView> rows, Deadline deadline);

}  // namespace lectern::store::clickhouse
