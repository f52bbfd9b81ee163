#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "base/concurrency/mutex.h"
#include "lrs/forwarding/forwarding_state.h"

namespace lectern::lrs {

/// The right to serve a receiver, which one process at a time holds. While it is held a thread
/// renews it, however long a delivery takes. It keeps processes from sending the same; that none
/// sets a position back does not rest on it (ForwardingState::move()). Thread-safe.
class Lease {
 public:
  /// `term`: so long the others wait for a holder that has vanished. `state` outlives it.
  Lease(ForwardingState& state, std::string receiver, std::chrono::milliseconds term);
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  /// Gives it back.
  ~Lease();

  /// Takes it where it is free; whether it is held now. Errors: unavailable.
  Result<bool> take();
  /// Whether it is held, as far as is known here.
  bool is_held();
  /// Others may have it at once.
  void give_back();

 private:
  using Clock = std::chrono::steady_clock;

  bool is_held_locked() const REQUIRES(mutex_) { return Clock::now() < held_until_; }
  Result<bool> hold();
  void run();

  ForwardingState& state_;
  const std::string receiver_;
  const std::string holder_;
  const std::chrono::milliseconds term_;

  Mutex asking_;  // one call of the state at a time; taken before mutex_
  Mutex mutex_;
  Condition wake_;
  Clock::time_point held_until_ GUARDED_BY(mutex_) = Clock::time_point::min();
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lectern::lrs
