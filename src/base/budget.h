#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/concurrency/mutex.h"
#include "base/result.h"

namespace lectern {

/// A number of bytes, of memory or of disk, that everything under way shares. What is taken never
/// exceeds it. No holder has more than half of it, and who is not known (the holder "") no more
/// than an eighth together; the last eighth is only for those who take little, so that small
/// requests go on while large ones fill the rest. Thread-safe.
class Budget {
 public:
  /// Bytes below which a Charge costs nothing: as many times this as there are connections may be
  /// in use beside the budget.
  static constexpr std::uint64_t free_bytes = 16 * 1024;
  /// Bytes of a Charge up to which it may use the last eighth.
  static constexpr std::uint64_t small_bytes = 256 * 1024;

  /// 0: without a bound. `setting` names what an operator may raise.
  explicit Budget(std::uint64_t bytes_max, std::string setting = {})
      : bytes_max_(bytes_max), setting_(std::move(setting)) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  std::uint64_t bytes_max() const { return bytes_max_; }
  /// What is taken now.
  std::uint64_t taken() const;
  /// The most that was ever taken at once.
  std::uint64_t taken_most() const;
  /// What one holder can have at most.
  std::uint64_t share_of(std::string_view holder) const;

 private:
  friend class Charge;
  bool fits(const std::string& holder, std::uint64_t from, std::uint64_t to) const REQUIRES(mutex_);
  bool try_move(const std::string& holder, std::uint64_t from, std::uint64_t to);
  bool move_within(const std::string& holder, std::uint64_t from, std::uint64_t to,
                   std::chrono::milliseconds wait);
  void apply(const std::string& holder, std::uint64_t from, std::uint64_t to) REQUIRES(mutex_);

  const std::uint64_t bytes_max_;
  const std::string setting_;
  mutable Mutex mutex_;
  Condition freed_;
  std::uint64_t taken_ GUARDED_BY(mutex_) = 0;
  std::uint64_t taken_most_ GUARDED_BY(mutex_) = 0;
  std::uint64_t waiting_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::string, std::uint64_t> by_holder_ GUARDED_BY(mutex_);
};

/// Bytes taken from a Budget, given back when it goes. Without a Budget it counts nothing. One
/// thread at a time.
class Charge {
 public:
  Charge() = default;
  Charge(Budget* budget, std::string holder) : budget_(budget), holder_(std::move(holder)) {}
  Charge(Charge&& other) noexcept;
  Charge& operator=(Charge&& other) noexcept;
  ~Charge() { resize_down(0); }

  std::uint64_t bytes() const { return bytes_; }
  const std::string& holder() const { return holder_; }
  Budget* budget() const { return budget_; }

  /// Who is charged from now on; only while nothing is taken.
  void hold_for(std::string holder);

  /// Takes up to `bytes` in all, without waiting; false, and nothing changed, when it does not fit.
  bool try_resize(std::uint64_t bytes);
  /// The same, waiting up to `wait` for others to give theirs back. Errors: too_large when it can
  /// never fit, unavailable.
  Result<void> resize(std::uint64_t bytes,
                      std::chrono::milliseconds wait = std::chrono::milliseconds(1000));
  Result<void> grow(std::uint64_t bytes) { return resize(bytes_ + bytes); }
  /// Gives back what is beyond `bytes`.
  void resize_down(std::uint64_t bytes);

 private:
  Budget* budget_ = nullptr;
  std::string holder_;
  std::uint64_t bytes_ = 0;
};

/// The bytes of memory this process may use: the least of the machine's, its control group's
/// (v2 and v1) and RLIMIT_AS.
std::uint64_t memory_bytes();

}  // namespace lectern
