#include "store/embedded/safety/reopener.h"

#include <algorithm>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds last_pause{2000};
/// Who fails again within this time is not healed at once.
constexpr std::chrono::minutes relapse_max{1};

}  // namespace

Reopener::Reopener(Database& database) : database_(database), thread_([this] { work(); }) {
  database_.on_failure([this] {
    const MutexLock lock(mutex_);
    failed_ = true;
    changed_.notify_one();
  });
}

Reopener::~Reopener() {
  database_.on_failure({});
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Reopener::work() {
  MutexLock lock(mutex_);
  auto relapse_until = std::chrono::steady_clock::time_point::min();
  for (;;) {
    changed_.wait(mutex_, [&]() REQUIRES(mutex_) { return failed_ || stop_; });
    if (stop_) return;
    log::error("the store in {} takes no writes: tried again until it does", database_.folder());
    const bool relapsed = std::chrono::steady_clock::now() < relapse_until;
    for (auto pause = relapsed ? last_pause : first_pause;;
         pause = std::min(2 * pause, last_pause)) {
      changed_.wait_for(mutex_, pause, [&]() REQUIRES(mutex_) { return stop_; });
      if (stop_) return;
      lock.unlock();
      const bool healed = heal();
      lock.lock();
      if (healed) break;
    }
    failed_ = false;
    relapse_until = std::chrono::steady_clock::now() + relapse_max;
    log::info("the store in {} takes writes again", database_.folder());
  }
}

bool Reopener::heal() {
  if (!database_.has_room()) return false;
  const auto opened = database_.reopen();
  if (opened) return true;
  database_.notice(opened.error());
  log::error("opening the store anew: {}: {}", opened.error().message, opened.error().detail);
  return false;
}

}  // namespace lectern::store::embedded
