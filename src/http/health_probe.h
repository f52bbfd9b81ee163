#pragma once

#include <chrono>

#include "base/concurrency/mutex.h"
#include "lrs/health.h"

namespace lectern::http {

/// The health of a store for all who ask at a time, without credentials as they may: it is asked
/// once for them, and again when its answer is `age_max` old. Thread-safe.
class HealthProbe {
 public:
  static constexpr std::chrono::milliseconds age_max{100};

  /// How it is, `age_max` ago at most. Waits while somebody else asks.
  lrs::Health ask(lrs::Lrs& lrs) {
    const MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (asked_ && now - answered_ < age_max) return health_;
    health_ = lrs::health(lrs);
    answered_ = std::chrono::steady_clock::now();
    asked_ = true;
    return health_;
  }

 private:
  Mutex mutex_;
  bool asked_ GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point answered_ GUARDED_BY(mutex_);
  lrs::Health health_ GUARDED_BY(mutex_) = lrs::Health::ok;
};

}  // namespace lectern::http
