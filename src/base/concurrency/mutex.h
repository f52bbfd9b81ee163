#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <stop_token>

#include "base/concurrency/annotations.h"
#include "base/time/time.h"

/// The standard library's locks, as clang can check their use: it knows nothing of std::mutex. They
/// cost what those cost. Nothing else in the program uses the standard ones.
namespace lectern {

/// What one thread holds at a time. Say of what it guards GUARDED_BY(it).
class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  /// False: another thread holds it.
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

/// A hold on a Mutex until the end of the scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  /// Takes over the caller's hold.
  MutexLock(Mutex& mutex, std::adopt_lock_t) REQUIRES(mutex) : mutex_(mutex) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() RELEASE() {
    if (held_) mutex_.unlock();
  }

  /// Lets go before the end of the scope, or until lock().
  void unlock() RELEASE() {
    held_ = false;
    mutex_.unlock();
  }
  void lock() ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

/// A mutex that one thread can hold to write, or several to read.
class CAPABILITY("shared mutex") SharedMutex {
 public:
  SharedMutex() = default;
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  void lock_shared() ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void unlock_shared() RELEASE_SHARED() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

/// The only hold on a SharedMutex until the end of the scope.
class SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock() RELEASE() { mutex_.unlock(); }

 private:
  SharedMutex& mutex_;
};

/// A hold on a SharedMutex, beside other readers, until the end of the scope.
class SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;
  ~ReaderLock() RELEASE_GENERIC() { mutex_.unlock_shared(); }

 private:
  SharedMutex& mutex_;
};

/// A mutex that is waited for until a deadline.
class CAPABILITY("timed mutex") TimedMutex {
 public:
  TimedMutex() = default;
  TimedMutex(const TimedMutex&) = delete;
  TimedMutex& operator=(const TimedMutex&) = delete;

  void unlock() RELEASE() { mutex_.unlock(); }
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  /// Deadline::max(): waits for as long as it takes. False: not by then.
  bool lock_until(Deadline deadline) TRY_ACQUIRE(true) {
    if (deadline != Deadline::max()) return mutex_.try_lock_until(deadline);
    mutex_.lock();
    return true;
  }

 private:
  std::timed_mutex mutex_;
};

/// Lets go of a TimedMutex at the end of the scope; the caller has taken hold of it.
class SCOPED_CAPABILITY TimedMutexLock {
 public:
  TimedMutexLock(TimedMutex& mutex, std::adopt_lock_t) REQUIRES(mutex) : mutex_(mutex) {}
  TimedMutexLock(const TimedMutexLock&) = delete;
  TimedMutexLock& operator=(const TimedMutexLock&) = delete;
  ~TimedMutexLock() RELEASE() { mutex_.unlock(); }

 private:
  TimedMutex& mutex_;
};

/// A condition variable: what threads wait on, that hold a Mutex, for others to change what it
/// guards. Waiting lets go of the mutex meanwhile; without a predicate it may also end for nothing.
/// A predicate is a lambda with REQUIRES(the mutex).
class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  /// Waits to be notified, for as long as it takes.
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  /// False: the deadline passed. Deadline::max() never does.
  bool wait_until(Mutex& mutex, Deadline deadline) REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    bool in_time = true;
    if (deadline == Deadline::max())
      condition_.wait(lock);
    else
      in_time = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  /// False: so much time passed.
  bool wait_for(Mutex& mutex, std::chrono::nanoseconds time) REQUIRES(mutex) {
    return wait_until(mutex, std::chrono::steady_clock::now() + time);
  }

  // The analysis does not see that the predicate's mutex is the one that is held here.

  /// Waits until the predicate is met.
  template <typename Predicate>
  void wait(Mutex& mutex, Predicate is_met) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    while (!is_met()) wait(mutex);
  }
  /// Whether it is met, by the deadline at the latest.
  template <typename Predicate>
  bool wait_until(Mutex& mutex, Deadline deadline, Predicate is_met)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    while (!is_met())
      if (!wait_until(mutex, deadline)) return is_met();
    return true;
  }
  template <typename Predicate>
  bool wait_for(Mutex& mutex, std::chrono::nanoseconds time, Predicate is_met) REQUIRES(mutex) {
    return wait_until(mutex, std::chrono::steady_clock::now() + time, is_met);
  }

 private:
  std::condition_variable condition_;
};

/// A Condition whose waits a stop token ends too. It takes a mutex of its own beside the caller's.
class StoppableCondition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  /// Waits until the predicate is met, whoever asks to stop.
  template <typename Predicate>
  void wait(Mutex& mutex, Predicate is_met) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    condition_.wait(mutex, is_met);
  }
  /// Whether it is met; false: stopped first.
  template <typename Predicate>
  bool wait(Mutex& mutex, std::stop_token stop, Predicate is_met)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    return condition_.wait(mutex, std::move(stop), is_met);
  }
  /// Waits for so long, or until it is stopped.
  void wait_for(Mutex& mutex, std::stop_token stop, std::chrono::nanoseconds time)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    condition_.wait_for(mutex, std::move(stop), time, [] { return false; });
  }

 private:
  std::condition_variable_any condition_;
};

}  // namespace lectern
