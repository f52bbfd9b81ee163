#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/micros.h"
#include "base/time/time.h"

namespace lectern::store {

/// Knows whether any statement of a target bears the mark `inherits_more`
/// (store/common/reference_resolver.h), so that queries must look for those too. Hardly any ever
/// does, and to ask the database with each page would make pages dearer; so what it answered holds
/// for all that was consistent before it was asked, and once there is one, for good. Thread-safe.
class InheritanceWatch {
 public:
  /// What is known without asking of statements stored up to `until`.
  std::optional<bool> known(const std::optional<Time>& until) const {
    if (any_) return true;
    if (until && micros_of(*until) <= none_through_) return false;
    return std::nullopt;
  }

  /// Whether there may be one, as `look` tells now; who asks at once with others shares the
  /// question. `through`: what this process has promised to be consistent before the call; what
  /// was stored up to there has written its marks. Errors: unavailable; those of `look`.
  Result<bool> ask(const std::optional<Time>& until, Time through, Deadline deadline,
                   const std::function<Result<bool>()>& look) {
    if (!asking_.lock_until(deadline))
      return fail(Code::unavailable, "The database is too slow",
                  "asked for marks until the deadline");
    const TimedMutexLock one_at_a_time(asking_, std::adopt_lock);
    if (const auto told = known(until)) return *told;
    TRY(const bool there, look());
    if (there)
      any_ = true;
    else
      none_through_ = std::max(none_through_.load(), micros_of(through));
    return there;
  }

 private:
  TimedMutex asking_;  // one question at a time
  std::atomic<bool> any_{false};
  std::atomic<std::int64_t> none_through_{INT64_MIN};  // microseconds
};

}  // namespace lectern::store
