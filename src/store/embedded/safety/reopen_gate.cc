#include "store/embedded/safety/reopen_gate.h"

#include <algorithm>

namespace lectern::store::embedded {
namespace {

constexpr std::chrono::seconds wait_max{5};

}  // namespace

Result<ReopenGate::Pass> ReopenGate::enter(Deadline deadline) {
  MutexLock lock(mutex_);
  if (shut_) {
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + wait_max);
    if (!changed_.wait_until(mutex_, until, [&]() REQUIRES(mutex_) { return !shut_; }))
      return fail(Code::unavailable, "The store cannot be used now", "it is being opened anew");
  }
  ++inside_;
  return Pass(*this);
}

void ReopenGate::leave() {
  const MutexLock lock(mutex_);
  if (--inside_ == 0 && shut_) changed_.notify_all();
}

void ReopenGate::shut() {
  MutexLock lock(mutex_);
  shut_ = true;
  changed_.wait(mutex_, [&]() REQUIRES(mutex_) { return inside_ == 0; });
}

void ReopenGate::open() {
  const MutexLock lock(mutex_);
  shut_ = false;
  changed_.notify_all();
}

}  // namespace lectern::store::embedded
