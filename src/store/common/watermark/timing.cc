#include "store/common/watermark/timing.h"

namespace lectern::store {

Timing& Timing::real() {
  static Timing machine;
  return machine;
}

void Timing::sleep_for(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

void Timing::wait_until(Condition& condition, Mutex& mutex, Steady instant) {
  condition.wait_until(mutex, instant);
}

}  // namespace lectern::store
