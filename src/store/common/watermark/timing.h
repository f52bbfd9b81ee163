#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "base/concurrency/mutex.h"
#include "base/time/time.h"

namespace lectern::store {

/// The clocks of this machine, and what waits by them: for code that several processes' order rests
/// on, so that tests can run it by clocks, and in an order, of their own
/// (store/testing/simulation/simulation.h). Thread-safe.
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
  virtual void wait_until(Condition& condition, Mutex& mutex, Steady instant) REQUIRES(mutex);
  virtual void notify_all(Condition& condition) { condition.notify_all(); }
  /// False: not by that instant.
  virtual bool lock_until(TimedMutex& mutex, Steady instant) TRY_ACQUIRE(true, mutex) {
    return mutex.lock_until(instant);
  }
  void lock(TimedMutex& mutex) ACQUIRE(mutex) NO_THREAD_SAFETY_ANALYSIS {
    lock_until(mutex, Steady::max());
  }
  virtual void unlock(TimedMutex& mutex) RELEASE(mutex) { mutex.unlock(); }
  virtual std::thread start(std::function<void()> work) { return std::thread(std::move(work)); }
  virtual void join(std::thread& thread) { thread.join(); }
};

/// Lets go of a mutex at the end of the scope; the caller has taken hold of it.
class SCOPED_CAPABILITY TimedLock {
 public:
  TimedLock(Timing& timing, TimedMutex& mutex) REQUIRES(mutex) : timing_(timing), mutex_(mutex) {}
  TimedLock(const TimedLock&) = delete;
  TimedLock& operator=(const TimedLock&) = delete;
  ~TimedLock() RELEASE() { timing_.unlock(mutex_); }

 private:
  Timing& timing_;
  TimedMutex& mutex_;
};

}  // namespace lectern::store
