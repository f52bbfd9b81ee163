#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

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
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || weight_ < limits_.weight_max; });
    return !stopped_;
  }

  void add(Piece piece, std::size_t weight) {
    const std::lock_guard lock(mutex_);
    slots_.push_back({std::move(piece), std::nullopt, weight});
    weight_ += weight;
    changed_.notify_all();
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  template <typename Work>
  void work(Work& work) {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopped_ || ended_ || begun_ < slots_.size(); });
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
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] {
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
  std::mutex mutex_;  // guards all below, but for the slot that a thread works on
  std::condition_variable changed_;
  std::deque<Slot> slots_;  // in order; the first begun_ are or were worked on
  std::size_t begun_ = 0;
  std::size_t weight_ = 0;
  bool ended_ = false;    // no more come
  bool stopped_ = false;  // take() wants no more
};

}  // namespace lectern::pipeline
