#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/concurrency/mutex.h"
#include "base/metrics.h"
#include "base/result.h"
#include "lrs/fault_kinds.h"

namespace lectern::lrs {

/// The faults of statements that were taken although they break the standard, since the server
/// takes what Ralph takes: of each statement the first rule that it breaks. Kept since the start of
/// the process, by rule and user; logs the first of each. One counts even where its batch is
/// refused for another statement. Thread-safe.
class Tolerated {
 public:
  explicit Tolerated(metrics::Registry& registry) : registry_(registry) {}

  /// Counts a fault: what validation said, at a place in the request's body that begins with
  /// `statement_pointer`.
  void add(const auth::Principal& principal, std::string_view statement_pointer,
           const Error& fault);

  /// Those of one target's users, or of one of them alone. Beyond FaultKinds::kinds_max they count
  /// in /metrics only.
  std::vector<FaultKinds::Kind> list(std::string_view target,
                                     const std::optional<std::string>& username) const {
    return kinds_.list(target, username);
  }

 private:
  metrics::Registry& registry_;
  FaultKinds kinds_;
  Mutex mutex_;
  std::map<std::string, metrics::Counter*> counters_ GUARDED_BY(mutex_);  // by rule
};

}  // namespace lectern::lrs
