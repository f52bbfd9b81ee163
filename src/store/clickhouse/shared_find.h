#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// Answers many small find() calls with few queries: what is asked while a round is under way is
/// asked together in the next one. A query costs ClickHouse a millisecond or more, however little
/// it reads. Thread-safe.
class SharedFind {
 public:
  using Find =
      std::function<Result<std::vector<Found>>(std::span<const Uuid> ids, Deadline deadline)>;

  explicit SharedFind(Find find) : find_(std::move(find)) {}

  /// What `find` answers for these ids, asked after the call began.
  Result<std::vector<Found>> find(std::span<const Uuid> ids, Deadline deadline);

 private:
  struct Caller {
    std::vector<Uuid> ids;
    Deadline deadline;
    bool taken = false;  // into a round
    bool done = false;
    Result<std::vector<Found>> result;
  };
  using Callers = std::vector<std::shared_ptr<Caller>>;

  void run_round(std::unique_lock<std::mutex>& lock);
  Callers take();
  static void deal(const Callers& callers, const Result<std::vector<Found>>& found);

  const Find find_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Callers waiting_;
  int rounds_ = 0;  // under way
};

}  // namespace lectern::store::clickhouse
