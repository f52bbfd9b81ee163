#pragma once

#include <atomic>
#include <cstddef>

namespace lectern::net {

/// Bytes of memory that all answers under way share. What is taken never exceeds it. Thread-safe.
class AnswerBudget {
 public:
  explicit AnswerBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  bool take(std::size_t bytes) {
    std::size_t taken = taken_;
    do {
      if (bytes > bytes_max_ - taken) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
  }
  void give_back(std::size_t bytes) { taken_ -= bytes; }
  std::size_t taken() const { return taken_; }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> taken_ = 0;
};

/// One answer's part of an AnswerBudget, given back when it goes. One thread at a time.
class AnswerShare {
 public:
  explicit AnswerShare(AnswerBudget& all) : all_(all) {}
  AnswerShare(const AnswerShare&) = delete;
  AnswerShare& operator=(const AnswerShare&) = delete;
  ~AnswerShare() { all_.give_back(bytes_); }

  /// Takes up to `bytes` in all; false, and nothing changed, when they are not there.
  bool grow_to(std::size_t bytes) {
    if (bytes <= bytes_) return true;
    if (!all_.take(bytes - bytes_)) return false;
    bytes_ = bytes;
    return true;
  }

 private:
  AnswerBudget& all_;
  std::size_t bytes_ = 0;
};

}  // namespace lectern::net
