#include "store/embedded/read/fair_semaphore.h"

#include <algorithm>

namespace lectern::store::embedded {

Turns::Turn::~Turn() {
  if (turns_ == nullptr) return;
  const std::lock_guard lock(turns_->mutex_);
  turns_->hand_on();
}

Result<void> Turns::Turn::pass(Deadline deadline) {
  std::unique_lock lock(turns_->mutex_);
  if (turns_->waiting_.empty()) return {};
  turns_->hand_on();
  auto waited = turns_->wait(lock, target_, deadline);
  if (!waited) turns_ = nullptr;
  return waited;
}

Result<Turns::Turn> Turns::take(TargetNumber target, Deadline deadline) {
  std::unique_lock lock(mutex_);
  RETURN_IF_ERROR(wait(lock, target, deadline));
  return Turn(*this, target);
}

Result<void> Turns::wait(std::unique_lock<std::mutex>& lock, TargetNumber target,
                         Deadline deadline) {
  if (free_ > 0) {
    --free_;
    return {};
  }
  Waiting self;
  waiting_.push(target, &self);
  const auto called = [&] { return self.has_turn; };
  if (deadline == Deadline::max()) {
    self.called.wait(lock, called);
  } else if (!self.called.wait_until(lock, deadline, called)) {
    waiting_.erase(target, &self);
    return fail(Code::unavailable, "The store is busy", "no turn by the deadline");
  }
  return {};
}

void Turns::hand_on() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  // Under the lock: the one that is called may be gone right after.
  Waiting* const next = waiting_.pop();
  next->has_turn = true;
  next->called.notify_one();
}

}  // namespace lectern::store::embedded
