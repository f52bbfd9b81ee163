#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/write/append_request.h"

namespace lectern::store::clickhouse {

/// The writing thread of one target. It gathers what many callers append into few inserts: each
/// insert makes a part, and a server that must merge a hundred parts a second comes to a halt.
///
/// A lone request is written at once. Under load the next flush begins when as many rows wait as
/// were in the last one and behind it, since then all its clients have come back. If they stay
/// away it begins pause_min after the last one began, or return_max after it ended, whichever is
/// later.
class InsertBatcher {
 public:
  /// Runs a flush on the writing thread; gives back what must be tried again.
  using Run = std::function<AppendRequests(AppendRequests)>;
  /// Called on the writing thread when it has no work, idle_first after it had some; then after as
  /// long as it says; and when the thread ends.
  using OnIdle = std::function<std::chrono::milliseconds(bool ending)>;
  static constexpr std::chrono::milliseconds idle_first{200};

  InsertBatcher(Run run, OnIdle on_idle);
  /// Finishes what is under way and refuses what waits.
  ~InsertBatcher();

  /// Errors: unavailable when more bytes wait than memory should hold.
  Result<void> add(std::shared_ptr<AppendRequest> request);

 private:
  void work();
  std::chrono::steady_clock::time_point next_begin() const;
  bool worth_a_flush() const REQUIRES(mutex_);
  AppendRequests next_batch() REQUIRES(mutex_);
  void refuse_expired() REQUIRES(mutex_);

  const Run run_;
  const OnIdle on_idle_;
  // Of the writing thread:
  std::chrono::steady_clock::time_point last_begin_, last_end_;
  std::size_t expected_rows_ = 0;

  Mutex mutex_;
  Condition changed_;
  std::deque<std::shared_ptr<AppendRequest>> waiting_ GUARDED_BY(mutex_);
  std::size_t rows_waiting_ GUARDED_BY(mutex_) = 0;
  std::size_t bytes_waiting_ GUARDED_BY(mutex_) = 0;
  bool stop_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace lectern::store::clickhouse
