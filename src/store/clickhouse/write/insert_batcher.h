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
/// A flush begins as soon as all who were answered by the last one, or waited behind it, have come
/// back, and 10 ms after the last began at the earliest: so a lone caller waits for nobody, many
/// gather by themselves, and no table gets more than a hundred parts a second. It begins without
/// those who stay away 50 ms after the last began and 20 ms after it ended, and at once when 1,000
/// rows wait.
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
  std::chrono::steady_clock::time_point next_begin() const REQUIRES(mutex_);
  AppendRequests next_batch() REQUIRES(mutex_);
  void refuse_expired() REQUIRES(mutex_);

  const Run run_;
  const OnIdle on_idle_;
  // Of the writing thread:
  std::chrono::steady_clock::time_point last_begin_, last_end_;
  std::size_t expected_requests_ = 0;  // when all have come back

  Mutex mutex_;
  Condition changed_;
  std::deque<std::shared_ptr<AppendRequest>> waiting_ GUARDED_BY(mutex_);
  std::size_t rows_waiting_ GUARDED_BY(mutex_) = 0;
  std::size_t bytes_waiting_ GUARDED_BY(mutex_) = 0;
  bool stop_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace lectern::store::clickhouse
