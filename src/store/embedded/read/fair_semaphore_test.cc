#include "store/embedded/read/fair_semaphore.h"

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::store::embedded {
namespace {

using namespace std::chrono_literals;

constexpr Deadline never = Deadline::max();

Deadline soon() { return std::chrono::steady_clock::now() + 5ms; }

TEST_CASE("turns are given up to the bound, then refused at the deadline") {
  FairSemaphore semaphore(2);
  const auto first = semaphore.acquire(1, never);
  {
    const auto second = semaphore.acquire(1, never);
    REQUIRE(first);
    REQUIRE(second);
    const auto third = semaphore.acquire(1, soon());
    REQUIRE_FALSE(third);
    CHECK(third.error().code == Code::unavailable);
  }
  CHECK(semaphore.acquire(1, soon()));
}

TEST_CASE("no more threads than the bound work at once") {
  FairSemaphore semaphore(3);
  std::atomic<int> working = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        auto permit = semaphore.acquire(1, never);
        const int now = ++working;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        if (round % 10 == 0) std::this_thread::yield();
        --working;
        if (round % 3 == 0) {
          ++working;  // still its turn
          --working;
          CHECK(permit->yield(never));
        }
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(most <= 3);
}

TEST_CASE("passing goes on at once where nobody waits") {
  FairSemaphore semaphore(1);
  auto permit = semaphore.acquire(1, never);
  REQUIRE(permit);
  CHECK(permit->yield(soon()));
  CHECK_FALSE(semaphore.acquire(1, soon()));
}

TEST_CASE("passing lets those that wait come first, and whoever cannot come again has no turn") {
  FairSemaphore semaphore(1);
  auto permit = semaphore.acquire(1, never);
  REQUIRE(permit);
  std::atomic<bool> has_come = false, may_leave = false;
  std::thread other([&] {
    const auto mine = semaphore.acquire(1, never);
    has_come = true;
    has_come.notify_all();
    may_leave.wait(false);
  });
  // Until the other one waits, passing does nothing.
  bool passed = true;
  while (passed && !has_come) passed = permit->yield(soon()).has_value();
  has_come.wait(false);
  CHECK_FALSE(passed);
  may_leave = true;
  may_leave.notify_all();
  other.join();
  CHECK(semaphore.acquire(1, soon()));
}

}  // namespace
}  // namespace lectern::store::embedded
