#pragma once

#include <cstdint>
#include <optional>
#include <thread>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {

/// How many rows of Ralph's table have an id that the table `from` does not hold: rows tells what
/// lacks our part, ids what we have never touched. Reads the ids of both, 25 million at a time.
Result<std::uint64_t> count_missing(Server& server, const TableNames& names,
                                    const std::string& from, Deadline deadline);

/// Knows whether Ralph's table may hold rows that we have never touched, so that writers need not
/// look into it. Once a count has found none, it is enough to compare how many rows the two tables
/// have, which costs nothing: as long as the difference stays, nobody but us has written.
/// Thread-safe.
class UnmigratedRowMonitor {
 public:
  UnmigratedRowMonitor(Server& server, const TableNames& names);
  /// Breaks a count off.
  ~UnmigratedRowMonitor();

  /// Whether there may be such rows now; for the writing thread, between flushes. Asks for a new
  /// count when that is the reason to be unsure.
  Result<bool> may_hold_foreign(Deadline deadline);

 private:
  struct Sizes {
    std::int64_t events = 0, rows = 0;
    std::int64_t difference() const { return events - rows; }
  };
  Result<Sizes> sizes(Deadline deadline);
  void work();
  void recount();
  Result<std::int64_t> difference_between_flushes();

  Server& server_;
  const TableNames& names_;

  Mutex mutex_;
  Condition changed_;
  // Of the sizes when nothing was incomplete:
  std::optional<std::int64_t> complete_difference_ GUARDED_BY(mutex_);
  std::optional<std::int64_t> last_seen_ GUARDED_BY(mutex_);  // when the last flush began
  bool wanted_ GUARDED_BY(mutex_) = true;
  bool stop_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace lectern::store::clickhouse
