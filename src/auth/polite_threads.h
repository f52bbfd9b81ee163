#pragma once

#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "base/concurrency/mutex.h"

namespace lectern::auth {

/// By how much password checks give way to all other work, as nice(1) has it: of a core that
/// something else wants too they get two fifths. With much more, nobody new came in on a machine
/// that others keep busy.
inline constexpr int check_niceness = 2;

/// Threads that give way to the others, for work that takes long. Thread-safe.
class PoliteThreads {
 public:
  PoliteThreads(unsigned threads, int niceness);
  /// Does what was given, then joins.
  ~PoliteThreads();
  PoliteThreads(const PoliteThreads&) = delete;
  PoliteThreads& operator=(const PoliteThreads&) = delete;

  /// Has one of the threads do the work, and waits for what comes of it. What it throws is thrown
  /// here.
  bool run(std::function<bool()> work);

 private:
  void loop(int niceness);

  Mutex mutex_;
  Condition ready_;
  std::deque<std::packaged_task<bool()>> jobs_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace lectern::auth
