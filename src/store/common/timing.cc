#include "store/common/timing.h"

namespace lectern::store {

Timing& Timing::real() {
  static Timing machine;
  return machine;
}

void Timing::sleep_for(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

void Timing::wait_until(std::condition_variable& condition, std::unique_lock<std::mutex>& lock,
                        Steady instant) {
  if (instant == Steady::max())
    condition.wait(lock);
  else
    condition.wait_until(lock, instant);
}

bool Timing::lock_until(std::timed_mutex& mutex, Steady instant) {
  if (instant != Steady::max()) return mutex.try_lock_until(instant);
  mutex.lock();
  return true;
}

}  // namespace lectern::store
