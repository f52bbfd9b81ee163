#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "auth/throttle.h"

namespace lectern::auth {

/// Lets a bounded number of checks run at once and a bounded number of callers wait, so that those
/// who failed lately cannot keep the others out. Thread-safe.
///
/// Of the places to wait a quarter is kept from who is clean, half from who has failed, and three
/// quarters from whose address and name both have. Of the turns every second goes to who is
/// clean, every fourth to each of the others; a turn that nobody waits for goes to the next.
class CheckQueue {
 public:
  CheckQueue(unsigned running_max, unsigned waiting_max)
      : running_max_(running_max), waiting_max_(waiting_max) {}

  /// Blocks until the caller's check may run; false, without blocking, when too many wait already.
  bool enter(Standing standing);
  /// After each enter() that was true.
  void leave();

  /// A place to wait for the outcome of another caller's check; false when there is none.
  bool take_place(Standing standing);
  /// After each take_place() that was true.
  void leave_place(Standing standing);

 private:
  struct Waiter {
    std::condition_variable turn;
    bool may_run = false;
  };
  static constexpr std::size_t kinds = 3;  // of Standing

  bool has_place(Standing standing) const;
  Waiter* next();

  const unsigned running_max_;
  const unsigned waiting_max_;
  std::mutex mutex_;
  std::array<std::deque<Waiter*>, kinds> queues_;  // guarded by mutex_; by Standing
  std::array<unsigned, kinds> waiting_{};          // likewise; those in take_place() too
  unsigned running_ = 0;                           // likewise
  std::size_t turn_ = 0;                           // likewise
};

}  // namespace lectern::auth
