#pragma once

#include <chrono>
#include <memory>

#include "base/concurrency/mutex.h"
#include "base/result.h"

namespace lectern::auth {

/// When something that is fetched is fetched again.
struct FetchTimes {
  std::chrono::milliseconds refresh_after{};  ///< a good fetch
  std::chrono::milliseconds keep_at_most{};   ///< what was fetched, when it cannot be had anew
  std::chrono::milliseconds retry_after{};    ///< a failed fetch
  std::chrono::milliseconds forced_min{};     ///< between two that are forced
};

/// Something that one caller fetches while the others go on with what there is. Thread-safe.
template <typename T>
class Fetched {
 public:
  using Clock = std::chrono::steady_clock;
  using Pointer = std::shared_ptr<const T>;

  explicit Fetched(FetchTimes times) : times_(times) {}

  /// The value; `fetch` (a function that returns Result<Pointer>) is called where it is due, by one
  /// caller at a time. `force`: a value that was fetched a moment ago will not do. Who finds a
  /// fetch under way that it needs waits for it a little, at most `waiting_max` callers at once.
  /// Nothing: there is no value that may be used.
  template <typename Fetch>
  Pointer get(bool force, Fetch fetch) {
    const MutexLock lock(mutex_);
    if (fetching_ && (force || !usable())) {
      wait();
      force = false;  // what it needs has just been fetched, or cannot be had
      if (fetching_) return nullptr;
    }
    if (!fetching_ && due(force)) fetch_now(fetch);
    return usable() ? value_ : nullptr;
  }

 private:
  static constexpr unsigned waiting_max = 4;
  static constexpr std::chrono::milliseconds wait_max{250};

  bool usable() const REQUIRES(mutex_) {
    return value_ && Clock::now() < at_ + times_.keep_at_most;
  }

  bool due(bool force) const REQUIRES(mutex_) {
    const auto now = Clock::now();
    if (value_ && now < at_ + times_.refresh_after && !force) return false;
    const auto pause = force && value_ ? times_.forced_min : times_.retry_after;
    return !tried_ || now >= tried_at_ + pause;
  }

  void wait() REQUIRES(mutex_) {
    if (waiting_ == waiting_max) return;
    ++waiting_;
    fetched_.wait_for(mutex_, wait_max, [this]() REQUIRES(mutex_) { return !fetching_; });
    --waiting_;
  }

  template <typename Fetch>
  void fetch_now(Fetch& fetch) REQUIRES(mutex_) {
    fetching_ = true;
    mutex_.unlock();
    Result<Pointer> outcome = fetch();
    mutex_.lock();
    fetching_ = false;
    tried_ = true;
    tried_at_ = Clock::now();
    if (outcome) {
      value_ = std::move(*outcome);
      at_ = tried_at_;
    }
    fetched_.notify_all();
  }

  const FetchTimes times_;
  Mutex mutex_;
  Condition fetched_;
  Pointer value_ GUARDED_BY(mutex_);
  Clock::time_point at_ GUARDED_BY(mutex_){};        // of the value
  Clock::time_point tried_at_ GUARDED_BY(mutex_){};  // the last attempt, good or not
  bool tried_ GUARDED_BY(mutex_) = false;
  bool fetching_ GUARDED_BY(mutex_) = false;
  unsigned waiting_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern::auth
