#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/fair_queue.h"
#include "base/result.h"
#include "store/embedded/format/keys.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// Lets only so many threads work at once, the targets in turn and those of one target in the order
/// in which they came. Reading pages is all
/// computing: with more threads than cores each would be interrupted by the others, and the
/// slowest of sixteen clients would wait three times as long as the usual one. Thread-safe.
class Turns {
 public:
  explicit Turns(unsigned at_once_max) : free_(at_once_max) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// A thread's turn; ends with the object.
  class Turn {
   public:
    Turn(Turns& turns, TargetNumber target) : turns_(&turns), target_(target) {}
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), target_(other.target_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

    /// For long work: lets those that wait come first, then goes on. Errors: as of take(); the
    /// turn is over then.
    Result<void> pass(Deadline deadline);

   private:
    Turns* turns_;  // null: over, or moved from
    TargetNumber target_;
  };

  /// Waits for a turn. Errors: unavailable when none came by the deadline.
  Result<Turn> take(TargetNumber target, Deadline deadline);

 private:
  struct Waiting {
    std::condition_variable called;
    bool has_turn = false;
  };

  Result<void> wait(std::unique_lock<std::mutex>& lock, TargetNumber target, Deadline deadline);
  void hand_on();

  std::mutex mutex_;
  // Guarded by mutex_:
  unsigned free_;
  FairQueue<TargetNumber, Waiting*> waiting_;
};

}  // namespace lectern::store::embedded
