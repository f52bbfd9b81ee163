#pragma once

#include <atomic>
#include <cstddef>

namespace lectern::net {

/// Bytes of memory that the answers of other programs share, from their first byte until they have
/// been read. What is taken never exceeds it. Thread-safe.
class AnswerBudget {
 public:
  explicit AnswerBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Takes so many bytes; false, and nothing taken, where they do not fit.
  bool take(std::size_t bytes) {
    std::size_t taken = taken_;
    do {
      if (taken > bytes_max_ || bytes > bytes_max_ - taken) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
  }
  void give_back(std::size_t bytes) { taken_ -= bytes; }
  std::size_t taken() const { return taken_; }
  std::size_t bytes_max() const { return bytes_max_; }
  /// For the start, before anything is taken.
  void set_bytes_max(std::size_t bytes) { bytes_max_ = bytes; }

 private:
  std::atomic<std::size_t> bytes_max_;
  std::atomic<std::size_t> taken_ = 0;
};

/// The one that all of this process share: 256 MiB, unless it was set. Pages of databases have some
/// 100 KB.
AnswerBudget& all_answers();

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
