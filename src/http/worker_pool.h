#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lectern::http {

/// Threads that run blocking work in the order it came. Thread-safe.
class WorkerPool {
 public:
  using Job = std::function<void()>;

  /// Starts the threads. At most `queue_max` jobs of try_post() wait.
  WorkerPool(unsigned threads, std::size_t queue_max);
  /// Runs what still waits, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues new work; false when the queue is full. Jobs must not throw.
  bool try_post(Job job);
  /// Queues the continuation of work that was admitted before, whatever the length of the queue.
  void post(Job job);
  /// Jobs that wait.
  std::size_t depth() const;

 private:
  void work();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> queue_;  // guarded by mutex_
  bool ending_ = false;    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace lectern::http
