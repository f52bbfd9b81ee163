#pragma once

#include <cstddef>
#include <utility>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"

namespace lectern::store::embedded {

/// Who works on the opened database passes through here, so that it can be opened anew when nobody
/// is inside. Thread-safe. A thread passes once at a time.
class ReopenGate {
 public:
  /// A thread that is inside; it leaves with the object.
  class Pass {
   public:
    explicit Pass(ReopenGate& gate) : gate_(&gate) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    ReopenGate* gate_;  // null: moved from
  };

  /// Waits while the gate is shut. Errors: unavailable when it is still shut at the deadline, or
  /// after five seconds.
  Result<Pass> enter(Deadline deadline);
  /// Lets nobody in any more, and waits until all have left.
  void shut();
  void open();

 private:
  void leave();

  Mutex mutex_;
  Condition changed_;
  std::size_t inside_ GUARDED_BY(mutex_) = 0;
  bool shut_ GUARDED_BY(mutex_) = false;
};

}  // namespace lectern::store::embedded
