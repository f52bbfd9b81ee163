#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/time/time.h"

namespace lectern {

/// How many batches may run and what goes into one; weights are in whatever unit the jobs have.
struct BatchLimits {
  int batches_max = 1;  ///< that run at a time
  /// A batch takes jobs of this weight altogether, or one that is heavier.
  std::size_t weight_max = 1;
  /// While a batch runs, another one begins only once jobs of this weight wait.
  std::size_t weight_beside_min = 1;
};

/// Runs the small jobs of many threads in batches (group commit): while as many batches run as may,
/// new jobs wait. The next batch takes them all and is run by one of the waiting threads, its
/// leader. Thread-safe; all callers must have returned before it is destroyed.
template <typename Job>
class BatchExecutor {
 public:
  /// Shared, since who gave a job may give up while it is being done.
  using Jobs = std::vector<std::shared_ptr<Job>>;
  /// Does jobs, at least one, until the deadline of the thread that it runs on; must not throw.
  using RunBatch = std::function<void(const Jobs& jobs, Deadline deadline)>;

  BatchExecutor(BatchLimits limits, RunBatch all) : limits_(limits), run_batch_(std::move(all)) {}

  /// Returns once the job was done, in a batch that began after the call. False: the deadline
  /// passed first; the job may be done or not, also later if a batch had taken it.
  bool submit(std::shared_ptr<Job> job, std::size_t weight, Deadline deadline) {
    const auto mine = std::make_shared<Entry>(std::move(job), weight);
    const MutexLock lock(mutex_);
    waiting_.push_back(mine);
    while (!mine->done) {
      if (!mine->taken && may_begin()) {
        run_next_batch(deadline);
      } else if (!mine->wake.wait_until(mutex_, deadline) && !mine->done) {
        std::erase(waiting_, mine);
        if (const auto next = next_leader()) next->wake.notify_one();
        return false;
      }
    }
    return true;
  }

 private:
  struct Entry {
    Entry(std::shared_ptr<Job> its_job, std::size_t its_weight)
        : job(std::move(its_job)), weight(its_weight) {}

    const std::shared_ptr<Job> job;
    const std::size_t weight;
    // Guarded by the executor's mutex:
    bool taken = false;
    bool done = false;
    Condition wake;  // its own: nobody else need wake up when it is done
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;

  void run_next_batch(Deadline deadline) REQUIRES(mutex_) {
    const Entries entries = take();
    Jobs jobs;
    for (const auto& entry : entries) jobs.push_back(entry->job);
    ++under_way_;
    mutex_.unlock();
    run_batch_(jobs, deadline);
    mutex_.lock();
    --under_way_;
    for (const auto& entry : entries) entry->done = true;
    const auto next = next_leader();
    mutex_.unlock();
    if (next) next->wake.notify_one();
    for (const auto& entry : entries) entry->wake.notify_one();
    mutex_.lock();
  }

  /// The thread that is to run the next batch, or null while none may begin. It is the one that
  /// waits longest. Whoever gives up before it became leader wakes the next one.
  std::shared_ptr<Entry> next_leader() const REQUIRES(mutex_) {
    return waiting_.empty() || !may_begin() ? nullptr : waiting_.front();
  }

  bool may_begin() const REQUIRES(mutex_) {
    if (under_way_ == 0) return true;
    if (under_way_ >= limits_.batches_max) return false;
    std::size_t weight = 0;
    for (const auto& entry : waiting_) weight += entry->weight;
    return weight >= limits_.weight_beside_min;
  }

  Entries take() REQUIRES(mutex_) {
    std::size_t weight = 0;
    auto end = waiting_.begin();
    while (end != waiting_.end() && (weight == 0 || weight + (*end)->weight <= limits_.weight_max))
      weight += (*end++)->weight;
    Entries entries(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    for (const auto& entry : entries) entry->taken = true;
    return entries;
  }

  const BatchLimits limits_;
  const RunBatch run_batch_;
  Mutex mutex_;
  Entries waiting_ GUARDED_BY(mutex_);
  int under_way_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern
