#pragma once

#include <condition_variable>
#include <mutex>

namespace lectern::auth {

/// Lets a bounded number in at once, and a bounded number wait. Thread-safe.
class Gate {
 public:
  Gate(unsigned inside_max, unsigned waiting_max)
      : inside_max_(inside_max), waiting_max_(waiting_max) {}

  /// Blocks until there is room; false, without blocking, when too many wait already.
  bool enter() {
    std::unique_lock lock(mutex_);
    if (inside_ == inside_max_) {
      if (waiting_ == waiting_max_) return false;
      ++waiting_;
      left_.wait(lock, [this] { return inside_ < inside_max_; });
      --waiting_;
    }
    ++inside_;
    return true;
  }

  /// After each enter() that was true.
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      --inside_;
    }
    left_.notify_one();
  }

 private:
  const unsigned inside_max_;
  const unsigned waiting_max_;
  std::mutex mutex_;
  std::condition_variable left_;
  unsigned inside_ = 0;   // guarded by mutex_
  unsigned waiting_ = 0;  // likewise
};

}  // namespace lectern::auth
