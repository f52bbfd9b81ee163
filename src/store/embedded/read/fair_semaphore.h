#pragma once

#include <utility>

#include "base/concurrency/fair_queue.h"
#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "store/embedded/format/keys.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// Lets only so many threads work at once, the targets in turn and those of one target in the order
/// in which they came. Reading pages is all
/// computing: with more threads than cores each would be interrupted by the others, and the
/// slowest of sixteen clients would wait three times as long as the usual one. Thread-safe.
class FairSemaphore {
 public:
  explicit FairSemaphore(unsigned at_once_max) : free_(at_once_max) {}
  FairSemaphore(const FairSemaphore&) = delete;
  FairSemaphore& operator=(const FairSemaphore&) = delete;

  /// A thread's turn; ends with the object.
  class Permit {
   public:
    Permit(FairSemaphore& semaphore, TargetNumber target)
        : semaphore_(&semaphore), target_(target) {}
    Permit(Permit&& other) noexcept
        : semaphore_(std::exchange(other.semaphore_, nullptr)), target_(other.target_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    /// For long work: lets those that wait come first, then goes on. Errors: as of acquire(); the
    /// turn is over then.
    Result<void> yield(Deadline deadline);

   private:
    FairSemaphore* semaphore_;  // null: over, or moved from
    TargetNumber target_;
  };

  /// Waits for a turn. Errors: unavailable when none came by the deadline.
  Result<Permit> acquire(TargetNumber target, Deadline deadline);

 private:
  struct Waiting {
    Condition called;
    bool has_permit = false;
  };

  Result<void> wait(TargetNumber target, Deadline deadline) REQUIRES(mutex_);
  void hand_on() REQUIRES(mutex_);

  Mutex mutex_;
  unsigned free_ GUARDED_BY(mutex_);
  FairQueue<TargetNumber, Waiting*> waiting_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::embedded
