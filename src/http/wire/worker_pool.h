#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/concurrency/mutex.h"

namespace lectern::http {

/// What a job may wait for.
enum class Lane : std::uint8_t {
  own,    ///< nothing but the processor and the local disk
  check,  ///< a password check, or a provider of identities
  store,  ///< a database
};

/// Threads that run blocking work. Three quarters of them may wait for the store and half for
/// checks, so that a database that hangs leaves some for the rest; jobs of one key (who asks) have
/// at most three quarters of a lane, and keys take turns. Thread-safe.
class WorkerPool {
 public:
  using Clock = std::chrono::steady_clock;
  using Job = std::function<void()>;

  /// How many threads there are, and how many jobs may wait for them.
  struct Options {
    unsigned threads = 1;
    std::size_t queue_max = 1024;                ///< jobs of try_post() that wait, in all lanes
    std::chrono::milliseconds wait_max{10'000};  ///< for which one waits, then it is refused
    int niceness = 0;  ///< how much the threads give way to others, as nice(1)
  };

  explicit WorkerPool(Options options);
  /// Runs what still waits, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues new work; false when the queue is full. `refuse` is called in place of `run` when it
  /// has waited too long. Neither may throw. Key 0 takes turns as others do, but has no bound.
  bool try_post(Lane lane, std::size_t key, Job run, Job refuse);
  /// Queues the continuation of work that was admitted before, whatever the length of the queue.
  void post(Lane lane, std::size_t key, Job run);
  /// Refuses what has waited too long. Called often.
  void expire(Clock::time_point now);

  /// Jobs that wait.
  std::size_t depth() const;
  /// Seconds after which who was refused may come again: grows while a full lane ends nothing.
  unsigned retry_after_s(Clock::time_point now = Clock::now()) const;

 private:
  struct Waiting {
    Job run;
    Job refuse;  // empty: it is not refused
    Clock::time_point since;
  };
  struct User {
    std::deque<Waiting> queue;
    unsigned running = 0;
    bool in_turn = false;
  };
  struct Queue {
    unsigned running_max = 1;
    unsigned running = 0;
    std::unordered_map<std::size_t, User> users;
    std::deque<std::size_t> turns;  // keys that have a job which may run
    Clock::time_point last_end = Clock::now();
  };
  struct Taken {
    Queue* queue = nullptr;
    std::size_t key = 0;
    Job run;
  };

  void work();
  void push(Lane lane, std::size_t key, Waiting job) REQUIRES(mutex_);
  bool take(Taken& taken) REQUIRES(mutex_);
  void end(const Taken& taken) REQUIRES(mutex_);
  void join_turns(Queue& queue, std::size_t key, User& user) const REQUIRES(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  Condition ready_;
  std::array<Queue, 3> queues_ GUARDED_BY(mutex_);  // by Lane
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace lectern::http
