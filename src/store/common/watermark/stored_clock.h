#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "base/time/time.h"

namespace lectern::store {

/// Hands out `stored`: the wall clock, made to rise strictly. Not thread-safe.
class StoredClock {
 public:
  /// `floor`: the latest instant that the store holds already.
  explicit StoredClock(Time floor = Time{}) : last_(floor) {}

  /// The instant of one more statement, above every one that was handed out or told before.
  Time next(Time wall = now()) {
    if (replayed_.empty()) return last_ = std::max(wall, last_ + std::chrono::microseconds{1});
    const Time again = replayed_.front();
    replayed_.pop_front();
    last_ = std::max(last_, again);
    return again;
  }
  /// What next() hands out first: for rows that were stored before, elsewhere.
  void replay(std::deque<Time> instants) { replayed_ = std::move(instants); }
  /// An instant that every later next() is above: now, unless the clock was set back.
  Time reached(Time wall = now()) { return last_ = std::max(wall, last_); }
  /// The latest instant that was handed out or told.
  Time last() const { return last_; }
  /// Raises the clock above an instant found in the store.
  void raise(Time found) { last_ = std::max(last_, found); }

 private:
  Time last_;
  std::deque<Time> replayed_;
};

}  // namespace lectern::store
