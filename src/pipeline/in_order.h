#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/concurrency/mutex.h"

namespace lectern::pipeline {

/// Bounds of run_in_order().
struct OrderLimits {
  unsigned threads = 1;        ///< that work
  std::size_t weight_max = 1;  ///< of the pieces under way; one more may be, whatever its weight
};

/// Has pieces worked on by many threads and gives the results in the pieces' order. `next` runs on
/// the calling thread, `work` on many at once, `take` on one; none may throw. Ends when `next` has
/// no more, or `take` returns false: then what is under way is thrown away. `next` may block: the
/// results of what it gave before come meanwhile.
template <typename Piece, typename Made>
class InOrder {
 public:
  /// Runs it to its end, on threads of its own.
  template <typename Next, typename Weight, typename Work, typename Take>
  static void run(OrderLimits limits, Next next, Weight weight, Work work, Take take) {
    InOrder all(limits);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1U, limits.threads); ++i)
      threads.emplace_back([&] { all.work(work); });
    threads.emplace_back([&] { all.take(take); });
    while (all.has_room()) {
      std::optional<Piece> piece = next();
      if (!piece) break;
      const std::size_t its_weight = weight(*piece);
      all.add(std::move(*piece), its_weight);
    }
    all.end();
    for (auto& thread : threads) thread.join();
  }

 private:
  struct Slot {
    std::optional<Piece> piece;
    std::optional<Made> made;
    std::size_t weight = 0;
  };

  explicit InOrder(OrderLimits limits) : limits_(limits) {}

  bool has_room() {
    const MutexLock lock(mutex_);
    changed_.wait(mutex_,
                  [&]() REQUIRES(mutex_) { return stopped_ || weight_ < limits_.weight_max; });
    return !stopped_;
  }

  void add(Piece piece, std::size_t weight) {
    const MutexLock lock(mutex_);
    slots_.push_back({std::move(piece), std::nullopt, weight});
    weight_ += weight;
    changed_.notify_all();
  }

  void end() {
    const MutexLock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  template <typename Work>
  void work(Work& work) {
    MutexLock lock(mutex_);
    for (;;) {
      changed_.wait(
          mutex_, [&]() REQUIRES(mutex_) { return stopped_ || ended_ || begun_ < slots_.size(); });
      if (stopped_ || begun_ == slots_.size()) return;
      Slot& slot = slots_[begun_++];  // a deque leaves it in place while others come and go
      lock.unlock();
      Made made = work(std::move(*slot.piece));
      lock.lock();
      slot.piece.reset();
      slot.made = std::move(made);
      changed_.notify_all();
    }
  }

  template <typename Take>
  void take(Take& take) {
    MutexLock lock(mutex_);
    for (;;) {
      changed_.wait(mutex_, [&]() REQUIRES(mutex_) {
        return (slots_.empty() && ended_) || (!slots_.empty() && slots_.front().made);
      });
      if (slots_.empty()) return;
      Made made = std::move(*slots_.front().made);
      const std::size_t weight = slots_.front().weight;
      slots_.pop_front();
      --begun_;
      lock.unlock();
      const bool go_on = take(std::move(made));
      lock.lock();
      weight_ -= weight;
      stopped_ = stopped_ || !go_on;
      changed_.notify_all();
      if (stopped_) return;
    }
  }

  const OrderLimits limits_;
  Mutex mutex_;
  Condition changed_;
  // In order; the first begun_ are or were worked on, each by one thread, without the mutex.
  std::deque<Slot> slots_ GUARDED_BY(mutex_);
  std::size_t begun_ GUARDED_BY(mutex_) = 0;
  std::size_t weight_ GUARDED_BY(mutex_) = 0;
  bool ended_ GUARDED_BY(mutex_) = false;    // no more come
  bool stopped_ GUARDED_BY(mutex_) = false;  // take() wants no more
};

}  // namespace lectern::pipeline
