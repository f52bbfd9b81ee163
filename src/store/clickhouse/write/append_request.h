#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/schema/layout.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// One append() on its way through the batcher. Made by the caller's thread, worked on by the
/// writing thread alone until it is finished.
class AppendRequest {
 public:
  /// `completes`: the rows are in Ralph's table already and lack our part only; their texts are
  /// final, and so is `stored`, but for those with a stored_at.
  AppendRequest(std::vector<Row> rows, OnConflict on_conflict, Deadline deadline,
                bool completes = false);

  /// Waits for the outcome, until the deadline: then `unavailable`, whatever comes of it.
  Result<std::vector<AppendOutcome>> wait();
  void finish(Result<std::vector<AppendOutcome>> outcome);
  bool finished();

  std::vector<Row> rows;
  std::vector<std::vector<TermHash>> hashes;  ///< of rows[i].terms
  std::size_t bytes = 0;                      ///< of all texts
  const OnConflict on_conflict;
  const Deadline deadline;
  const bool completes;
  std::chrono::steady_clock::time_point not_before;  ///< put off until then

 private:
  Mutex mutex_;
  Condition changed_;
  std::optional<Result<std::vector<AppendOutcome>>> outcome_ GUARDED_BY(mutex_);
};

using AppendRequests = std::vector<std::shared_ptr<AppendRequest>>;

}  // namespace lectern::store::clickhouse
