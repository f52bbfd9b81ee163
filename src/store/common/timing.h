#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/time.h"

namespace lectern::store {

/// The clocks of this machine, and what waits by them: for code that several processes' order rests
/// on, so that tests can run it by clocks, and in an order, of their own (simulation.h).
/// Thread-safe.
class Timing {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  Timing() = default;
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;
  virtual ~Timing() = default;
  /// The machine itself.
  static Timing& real();

  virtual Steady steady() { return std::chrono::steady_clock::now(); }
  /// The wall clock.
  virtual Time wall() { return now(); }
  virtual void sleep_for(std::chrono::microseconds time);
  /// Waits to be notified, until that instant at most; max(): for as long as it takes.
  virtual void wait_until(std::condition_variable& condition, std::unique_lock<std::mutex>& lock,
                          Steady instant);
  virtual void notify_all(std::condition_variable& condition) { condition.notify_all(); }
  /// False: not by that instant.
  virtual bool lock_until(std::timed_mutex& mutex, Steady instant);
  virtual void unlock(std::timed_mutex& mutex) { mutex.unlock(); }
  virtual std::thread start(std::function<void()> work) { return std::thread(std::move(work)); }
  virtual void join(std::thread& thread) { thread.join(); }
};

/// Holds a mutex until it is destroyed, where it could be had in time.
class TimedLock {
 public:
  TimedLock(Timing& timing, std::timed_mutex& mutex, Timing::Steady instant)
      : timing_(timing), mutex_(mutex), held_(timing.lock_until(mutex, instant)) {}
  TimedLock(const TimedLock&) = delete;
  TimedLock& operator=(const TimedLock&) = delete;
  ~TimedLock() {
    if (held_) timing_.unlock(mutex_);
  }
  explicit operator bool() const { return held_; }

 private:
  Timing& timing_;
  std::timed_mutex& mutex_;
  const bool held_;
};

}  // namespace lectern::store
