#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/concurrency/mutex.h"
#include "base/time/time.h"

namespace lectern::http {

struct Exchange;
struct Response;

/// The X-Experience-API-Consistent-Through that was told last, of each target. Thread-safe.
class LastConsistentThrough {
 public:
  /// What was kept last for that target.
  std::optional<Time> find(const std::string& target) const {
    const MutexLock lock(mutex_);
    const auto at = times_.find(target);
    return at == times_.end() ? std::nullopt : std::optional(at->second);
  }
  /// Keeps the instant, unless a later one is there.
  void keep(const std::string& target, Time time) {
    const MutexLock lock(mutex_);
    auto& kept = times_[target];
    kept = std::max(kept, time);
  }

 private:
  mutable Mutex mutex_;
  std::unordered_map<std::string, Time> times_ GUARDED_BY(mutex_);  // targets are the operator's
};

/// The header that every answer of the statement resource has, of any status (Communication 2.1.3).
/// The store is asked for the instant where the answer was not made of one already. Where it is not
/// to be asked, since the request was refused or this thread may not block, the header says what
/// was told last, which still holds; or is not there, if nothing was.
void add_consistent_through(const Exchange& exchange, Response& response, bool may_block);

}  // namespace lectern::http
