#include "base/concurrency/mutex.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

namespace lectern {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a lock that is let go of in between is taken again, and given back once") {
  Mutex mutex;
  const auto is_free = [&] {
    bool got_it = false;
    std::thread other([&] {
      if (!mutex.try_lock()) return;
      got_it = true;
      mutex.unlock();
    });
    other.join();
    return got_it;
  };
  {
    MutexLock lock(mutex);
    CHECK_FALSE(is_free());
    lock.unlock();
    CHECK(is_free());
    lock.lock();
    CHECK_FALSE(is_free());
    lock.unlock();
  }
  CHECK(is_free());
}

TEST_CASE("a condition lets go of the mutex while it waits, and holds it when it returns") {
  Mutex mutex;
  Condition changed;
  int step = 0;
  const MutexLock lock(mutex);
  std::thread other([&] {
    const MutexLock its(mutex);
    step = 1;
    changed.notify_one();
  });
  changed.wait(mutex, [&] { return step == 1; });
  other.join();
  bool free = true;
  std::thread([&] {
    free = false;
    if (!mutex.try_lock()) return;
    free = true;
    mutex.unlock();
  }).join();
  CHECK_FALSE(free);
}

TEST_CASE("a wait ends at its deadline, and without one goes on until it is notified") {
  Mutex mutex;
  Condition changed;
  bool met = false;
  {
    const MutexLock lock(mutex);
    const auto begin = Clock::now();
    CHECK_FALSE(changed.wait_until(mutex, begin + 20ms, [&] { return met; }));
    CHECK(Clock::now() >= begin + 20ms);
    CHECK_FALSE(changed.wait_for(mutex, 1ms, [&] { return met; }));
    CHECK_FALSE(changed.wait_until(mutex, begin, [&] { return met; }));
  }
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    const MutexLock lock(mutex);
    met = true;
    changed.notify_all();
  });
  {
    const MutexLock lock(mutex);
    CHECK(changed.wait_until(mutex, Deadline::max(), [&] { return met; }));
    CHECK(changed.wait_until(mutex, Clock::now() - 1s, [&] { return met; }));
  }
  other.join();
}

TEST_CASE("readers hold a shared mutex at once, a writer alone") {
  SharedMutex mutex;
  std::atomic<bool> written = false;
  std::thread writer;
  {
    const ReaderLock one(mutex);
    std::thread([&] { const ReaderLock other(mutex); }).join();
    writer = std::thread([&] {
      const WriterLock lock(mutex);
      written = true;
    });
    std::this_thread::sleep_for(5ms);
    CHECK_FALSE(written);
  }
  writer.join();
  CHECK(written);
}

TEST_CASE("a timed mutex is waited for until the deadline and no longer") {
  TimedMutex mutex;
  const auto got_it_by = [&](Deadline deadline) {
    bool got_it = false;
    std::thread([&] {
      if (!mutex.lock_until(deadline)) return;
      const TimedMutexLock lock(mutex, std::adopt_lock);
      got_it = true;
    }).join();
    return got_it;
  };
  CHECK(got_it_by(Deadline::max()));
  CHECK(got_it_by(Clock::now()));  // given back
  if (mutex.lock_until(Deadline::max())) {
    const TimedMutexLock lock(mutex, std::adopt_lock);
    CHECK_FALSE(got_it_by(Clock::now() + 5ms));
  }
}

TEST_CASE("a stop token ends the wait of a stoppable condition") {
  Mutex mutex;
  StoppableCondition changed;
  std::stop_source stop;
  std::thread other([&] { stop.request_stop(); });
  const MutexLock lock(mutex);
  CHECK_FALSE(changed.wait(mutex, stop.get_token(), [] { return false; }));
  changed.wait_for(mutex, stop.get_token(), 1h);
  other.join();
}

}  // namespace lectern
