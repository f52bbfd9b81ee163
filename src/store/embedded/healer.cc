#include "store/embedded/healer.h"

#include <algorithm>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds last_pause{2000};

}  // namespace

Healer::Healer(Database& database) : database_(database), thread_([this] { work(); }) {
  database_.on_failure([this] {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    changed_.notify_one();
  });
}

Healer::~Healer() {
  database_.on_failure({});
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Healer::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return failed_ || stop_; });
    if (stop_) return;
    log::error("the store in {} takes no writes: tried again until it does", database_.folder());
    for (auto pause = first_pause;; pause = std::min(2 * pause, last_pause)) {
      changed_.wait_for(lock, pause, [&] { return stop_; });
      if (stop_) return;
      lock.unlock();
      const bool healed = heal();
      lock.lock();
      if (healed) break;
    }
    failed_ = false;
    log::info("the store in {} takes writes again", database_.folder());
  }
}

bool Healer::heal() {
  if (database_.try_to_resume()) return true;
  if (!database_.has_room()) return false;
  const auto opened = database_.reopen();
  if (opened) return true;
  database_.notice(opened.error());
  log::error("opening the store anew: {}: {}", opened.error().message, opened.error().detail);
  return false;
}

}  // namespace lectern::store::embedded
