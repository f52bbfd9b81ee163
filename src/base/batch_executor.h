#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/time.h"

namespace lectern {

/// How many rounds there may be and what goes into one; weights are in whatever unit the jobs have.
struct RoundLimits {
  int rounds_max = 1;  ///< at a time
  /// A round takes jobs of this weight altogether, or one that is heavier.
  std::size_t weight_max = 1;
  /// While a round is under way, another one begins only once jobs of this weight wait.
  std::size_t weight_beside_min = 1;
};

/// Does the small jobs of many threads together: while as many rounds as may be are under way, what
/// comes waits and is done in the next one, by one of the threads that wait. Thread-safe; all
/// callers must have returned before it is destroyed.
template <typename Job>
class Rounds {
 public:
  /// Shared, since who gave a job may give up while it is being done.
  using Jobs = std::vector<std::shared_ptr<Job>>;
  /// Does jobs, at least one, until the deadline of the thread that it runs on; must not throw.
  using Do = std::function<void(const Jobs& jobs, Deadline deadline)>;

  Rounds(RoundLimits limits, Do all) : limits_(limits), do_(std::move(all)) {}

  /// Returns once the job was done in a round that began after the call. False: that was not
  /// before the deadline; the job may be done or not, also later if a round had taken it.
  bool join(std::shared_ptr<Job> job, std::size_t weight, Deadline deadline) {
    const auto mine = std::make_shared<Entry>(std::move(job), weight);
    std::unique_lock lock(mutex_);
    waiting_.push_back(mine);
    while (!mine->done) {
      if (!mine->taken && may_begin()) {
        run_round(lock, deadline);
      } else if (deadline == Deadline::max()) {
        mine->wake.wait(lock);
      } else if (mine->wake.wait_until(lock, deadline) == std::cv_status::timeout && !mine->done) {
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
    bool taken = false;
    bool done = false;
    std::condition_variable wake;  // its own: nobody else need wake up when it is done
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;

  void run_round(std::unique_lock<std::mutex>& lock, Deadline deadline) {
    const Entries entries = take();
    Jobs jobs;
    for (const auto& entry : entries) jobs.push_back(entry->job);
    ++under_way_;
    lock.unlock();
    do_(jobs, deadline);
    lock.lock();
    --under_way_;
    for (const auto& entry : entries) entry->done = true;
    const auto next = next_leader();
    lock.unlock();
    if (next) next->wake.notify_one();
    for (const auto& entry : entries) entry->wake.notify_one();
    lock.lock();
  }

  /// Who should run the next round, if there is one to run. Should that thread give up, it tells
  /// the one behind it; should another one come first, that takes its job along.
  std::shared_ptr<Entry> next_leader() const {
    return waiting_.empty() || !may_begin() ? nullptr : waiting_.front();
  }

  bool may_begin() const {
    if (under_way_ == 0) return true;
    if (under_way_ >= limits_.rounds_max) return false;
    std::size_t weight = 0;
    for (const auto& entry : waiting_) weight += entry->weight;
    return weight >= limits_.weight_beside_min;
  }

  Entries take() {
    std::size_t weight = 0;
    auto end = waiting_.begin();
    while (end != waiting_.end() && (weight == 0 || weight + (*end)->weight <= limits_.weight_max))
      weight += (*end++)->weight;
    Entries entries(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    for (const auto& entry : entries) entry->taken = true;
    return entries;
  }

  const RoundLimits limits_;
  const Do do_;
  std::mutex mutex_;
  // Guarded by mutex_:
  Entries waiting_;
  int under_way_ = 0;
};

}  // namespace lectern
