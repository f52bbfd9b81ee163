#include "store/embedded/read/fair_semaphore.h"

#include <algorithm>

namespace lectern::store::embedded {

FairSemaphore::Permit::~Permit() {
  if (semaphore_ == nullptr) return;
  const MutexLock lock(semaphore_->mutex_);
  semaphore_->hand_on();
}

Result<void> FairSemaphore::Permit::yield(Deadline deadline) {
  const MutexLock lock(semaphore_->mutex_);
  if (semaphore_->waiting_.empty()) return {};
  semaphore_->hand_on();
  auto waited = semaphore_->wait(target_, deadline);
  if (!waited) semaphore_ = nullptr;
  return waited;
}

Result<FairSemaphore::Permit> FairSemaphore::acquire(TargetNumber target, Deadline deadline) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(wait(target, deadline));
  return Permit(*this, target);
}

Result<void> FairSemaphore::wait(TargetNumber target, Deadline deadline) {
  if (free_ > 0) {
    --free_;
    return {};
  }
  Waiting self;
  waiting_.push(target, &self);
  const auto called = [&] { return self.has_permit; };
  if (!self.called.wait_until(mutex_, deadline, called)) {
    waiting_.erase(target, &self);
    return fail(Code::unavailable, "The store is busy", "no permit by the deadline");
  }
  return {};
}

void FairSemaphore::hand_on() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  // Under the lock: the one that is called may be gone right after.
  Waiting* const next = waiting_.pop();
  next->has_permit = true;
  next->called.notify_one();
}

}  // namespace lectern::store::embedded
