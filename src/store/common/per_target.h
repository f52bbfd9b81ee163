#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"

namespace lectern::store::elasticsearch {

/// One T for each target, made when it is first asked for. A failure is remembered for a second,
/// so that while the cluster is away not every caller waits for it to time out. Thread-safe; what
/// was given out lives as long as this.
template <typename T>
class PerTarget {
 public:
  using Make = std::function<Result<std::unique_ptr<T>>()>;

  Result<T*> of(const std::string& target, const Make& make) {
    Slot& slot = slot_of(target);
    const std::lock_guard lock(slot.mutex);
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
    std::mutex mutex;
    std::unique_ptr<T> made;
    std::optional<Error> error;
    Clock::time_point again;
  };

  Slot& slot_of(const std::string& target) {
    const std::lock_guard lock(mutex_);
    auto& slot = slots_[target];
    if (!slot) slot = std::make_unique<Slot>();
    return *slot;
  }

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>> slots_;  // guarded by mutex_
};

}  // namespace lectern::store::elasticsearch
