#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"

namespace lectern::store {

/// By how much a clock may differ from this process's before the log says so.
inline constexpr std::chrono::milliseconds clock_difference_told{1'000};
/// By how much the clock of a database, or of another process that uses it, may differ at most.
inline constexpr std::chrono::milliseconds clock_difference_max{5'000};

/// Compares this process's clock with the one of a database or of another process
/// (docs/CONSISTENCY.md, W14). Thread-safe.
class ClockCheck {
 public:
  /// `whose` stands in the log: "the database", "another process of Lectern".
  ClockCheck(std::string whose, std::chrono::milliseconds difference_max);

  /// `theirs` was read at some moment between `before` and `after`, which are by this process's
  /// clock. The log is told when the clocks differ by more than clock_difference_told, at most once
  /// a minute, and when they no longer do. Errors: unavailable, beyond the bound.
  Result<void> compare(Time theirs, Time before, Time after);

 private:
  const std::string whose_;
  const std::chrono::milliseconds difference_max_;
  Mutex mutex_;
  bool differs_ GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point told_at_ GUARDED_BY(mutex_);
};

/// Compares the clocks once, before a process serves. `database_now` asks the database for its time
/// until the deadline it gets, at most 2 s from now; one that does not answer is compared by nobody
/// here. Errors: unavailable, beyond clock_difference_max.
Result<void> check_clock_at_start(const std::function<Result<Time>(Deadline)>& database_now);

}  // namespace lectern::store
