#include "http/wire/worker_pool.h"

#include <atomic>
#include <future>
#include <vector>

#include <doctest/doctest.h>

#include "http/harness.h"

namespace lectern::http {
namespace {

using harness::eventually;
using std::chrono::milliseconds;

const WorkerPool::Job nothing = [] {};

/// Holds what it runs until it goes.
struct Gate {
  std::promise<void> promise;
  std::shared_future<void> open = promise.get_future().share();
  std::atomic<int> inside{0};
  WorkerPool::Job job() {
    return [this] {
      ++inside;
      open.wait();
    };
  }
};

TEST_CASE("when everything that asks the store hangs, the rest goes on") {
  Gate gate;
  WorkerPool pool({.threads = 8});
  for (std::size_t i = 0; i < 40; ++i) REQUIRE(pool.try_post(Lane::store, i, gate.job(), nothing));
  CHECK(eventually([&] { return gate.inside == 6; }));
  std::promise<void> done;
  REQUIRE(pool.try_post(
      Lane::own, 1, [&] { done.set_value(); }, nothing));
  done.get_future().wait();
  CHECK(gate.inside == 6);
  gate.promise.set_value();
}

TEST_CASE("one who asks for much leaves places for others, who take turns") {
  Gate gate;
  WorkerPool pool({.threads = 8});
  for (int i = 0; i < 100; ++i) REQUIRE(pool.try_post(Lane::store, 1, gate.job(), nothing));
  CHECK(eventually([&] { return gate.inside == 4; }));
  std::promise<void> other;
  REQUIRE(pool.try_post(
      Lane::store, 2, [&] { other.set_value(); }, nothing));
  other.get_future().wait();
  CHECK(gate.inside == 4);
  CHECK(pool.depth() == 96);
  gate.promise.set_value();
}

TEST_CASE("what waits too long is refused, what was admitted before is not") {
  Gate gate;
  std::atomic<int> refused{0}, ran{0};
  {
    WorkerPool pool({.threads = 1, .queue_max = 3, .wait_max = milliseconds(1000)});
    REQUIRE(pool.try_post(Lane::own, 0, gate.job(), nothing));
    REQUIRE(eventually([&] { return gate.inside == 1; }));
    for (int i = 0; i < 3; ++i)
      REQUIRE(pool.try_post(
          Lane::own, 0, [&] { ++ran; }, [&] { ++refused; }));
    CHECK_FALSE(pool.try_post(Lane::own, 0, nothing, nothing));
    const auto now = WorkerPool::Clock::now();
    pool.expire(now);
    CHECK(refused == 0);
    pool.expire(now + milliseconds(2000));
    CHECK(refused == 3);
    CHECK(pool.depth() == 0);
    pool.post(Lane::own, 0, [&] { ++ran; });
    pool.expire(now + milliseconds(5000));
    CHECK(pool.depth() == 1);
    CHECK(pool.retry_after_s(now) <= 2);
    CHECK(pool.retry_after_s(now + std::chrono::seconds(20)) >= 20);
    CHECK(pool.retry_after_s(now + std::chrono::hours(1)) == 60);
    gate.promise.set_value();
  }
  CHECK(ran == 1);
}

}  // namespace
}  // namespace lectern::http
