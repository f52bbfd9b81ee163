#include "lrs/forwarding/lease.h"

#include "base/log.h"
#include "base/uuid.h"

namespace lectern::lrs {

Lease::Lease(ForwardingState& state, std::string receiver, std::chrono::milliseconds term)
    : state_(state),
      receiver_(std::move(receiver)),
      holder_(Uuid::random().text()),
      term_(term),
      thread_([this] { run(); }) {}

Lease::~Lease() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  give_back();
}

bool Lease::is_held() {
  const MutexLock lock(mutex_);
  return is_held_locked();
}

Result<bool> Lease::take() {
  if (is_held()) return true;
  return hold();
}

/// Counted from before it was written: others count from what they read.
Result<bool> Lease::hold() {
  const MutexLock one_at_a_time(asking_);
  const auto began = Clock::now();
  TRY(const bool ours, state_.acquire_lease(receiver_, holder_, term_));
  const MutexLock lock(mutex_);
  held_until_ = ours ? began + term_ : Clock::time_point::min();
  return ours;
}

void Lease::give_back() {
  const MutexLock one_at_a_time(asking_);
  {
    const MutexLock lock(mutex_);
    if (!is_held_locked()) return;
    held_until_ = Clock::time_point::min();
  }
  if (const auto done = state_.release(receiver_, holder_); !done)
    log::debug("the right to serve a receiver was not given back: {}", done.error().detail);
}

void Lease::run() {
  MutexLock lock(mutex_);
  while (!wake_.wait_for(mutex_, term_ / 4, [&]() REQUIRES(mutex_) { return stopping_; })) {
    if (!is_held_locked()) continue;
    lock.unlock();
    if (const auto renewed = hold(); !renewed)
      log::debug("the right to serve a receiver was not renewed: {}", renewed.error().detail);
    lock.lock();
  }
}

}  // namespace lectern::lrs
