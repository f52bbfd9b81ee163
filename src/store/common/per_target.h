#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/concurrency/mutex.h"
#include "base/result.h"

namespace lectern::store::elasticsearch {

/// One T for each target, made when it is first asked for. A failure is remembered for a second,
/// so that while the cluster is away not every caller waits for it to time out. Thread-safe; what
/// was given out lives as long as this.
template <typename T>
class PerTarget {
 public:
  using Make = std::function<Result<std::unique_ptr<T>>()>;

  /// That of a target, made by `make` where there is none. Errors: those of `make`.
  Result<T*> of(const std::string& target, const Make& make) {
    Slot& slot = slot_of(target);
    const MutexLock lock(slot.mutex);
    if (slot.made) return slot.made.get();
    if (slot.error && Clock::now() < slot.again) return fail(*slot.error);
    auto made = make();
    if (!made) {
      slot.error = made.error();
      slot.again = Clock::now() + std::chrono::seconds{1};
      return fail(std::move(made).error());
    }
    slot.made = std::move(*made);
    return slot.made.get();
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct Slot {
    Mutex mutex;
    std::unique_ptr<T> made GUARDED_BY(mutex);
    std::optional<Error> error GUARDED_BY(mutex);
    Clock::time_point again GUARDED_BY(mutex);
  };

  Slot& slot_of(const std::string& target) {
    const MutexLock lock(mutex_);
    auto& slot = slots_[target];
    if (!slot) slot = std::make_unique<Slot>();
    return *slot;
  }

  Mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>> slots_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::elasticsearch
