#include "base/concurrency/batch_executor.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/concurrency/mutex.h"

namespace lectern {
namespace {

struct Number {
  int value = 0;
  int round = 0;  // in which it was done
};

constexpr auto for_ever = Deadline::max();

/// BatchExecutor whose first one waits until it is let go.
struct Held {
  Mutex mutex;
  Condition changed;
  int rounds = 0;
  bool let_go = false;
  BatchExecutor<Number> numbers;

  explicit Held(BatchLimits limits)
      : numbers(limits, [this](const auto& jobs, Deadline) { run(jobs); }) {}

  void run(const BatchExecutor<Number>::Jobs& jobs) {
    MutexLock lock(mutex);
    const int round = ++rounds;
    for (const auto& job : jobs) job->round = round;
    changed.notify_all();
    changed.wait(mutex, [&]() REQUIRES(mutex) { return let_go; });
  }
  /// A thread that brings a job and waits for ever.
  std::thread bring(std::shared_ptr<Number> job) {
    return std::thread([this, job = std::move(job)] { CHECK(numbers.submit(job, 1, for_ever)); });
  }
  void await_rounds(int count) {
    MutexLock lock(mutex);
    changed.wait(mutex, [&]() REQUIRES(mutex) { return rounds == count; });
  }
  void release() {
    const MutexLock lock(mutex);
    let_go = true;
    changed.notify_all();
  }
};

}  // namespace

TEST_CASE("a job that comes alone is done at once") {
  BatchExecutor<Number> numbers({1, 10}, [](const auto& jobs, Deadline) {
    for (const auto& job : jobs) job->value *= 2;
  });
  const auto job = std::make_shared<Number>(Number{21});
  CHECK(numbers.submit(job, 1, for_ever));
  CHECK(job->value == 42);
}

TEST_CASE("jobs are done once each, however many threads bring them") {
  std::atomic<int> under_way = 0, most = 0;
  BatchExecutor<Number> numbers({2, 5}, [&](const auto& jobs, Deadline) {
    most = std::max(most.load(), ++under_way);
    CHECK(jobs.size() <= 5);
    for (const auto& job : jobs) ++job->value;
    --under_way;
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        const auto job = std::make_shared<Number>();
        CHECK(numbers.submit(job, 1, for_ever));
        CHECK(job->value == 1);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(most <= 2);
}

TEST_CASE("a job that comes while a round is under way is not done in it") {
  Held held({1, 10});
  const auto first = std::make_shared<Number>(), second = std::make_shared<Number>();
  auto one = held.bring(first);
  held.await_rounds(1);
  auto two = held.bring(second);
  held.release();
  one.join();
  two.join();
  CHECK(first->round == 1);
  CHECK(second->round == 2);
}

TEST_CASE("a job that waits beyond its deadline is given up and never done") {
  Held held({1, 10});
  const auto first = std::make_shared<Number>(), second = std::make_shared<Number>();
  auto one = held.bring(first);
  held.await_rounds(1);
  CHECK_FALSE(held.numbers.submit(second, 1, Deadline::clock::now()));
  held.release();
  one.join();
  CHECK(second->round == 0);
}

TEST_CASE("a job behind one that was given up is done all the same") {
  Held held({1, 10});
  const auto first = std::make_shared<Number>(), second = std::make_shared<Number>(),
             third = std::make_shared<Number>();
  auto one = held.bring(first);
  held.await_rounds(1);
  std::thread two([&] {
    const auto soon = Deadline::clock::now() + std::chrono::milliseconds(20);
    CHECK_FALSE(held.numbers.submit(second, 1, soon));
  });
  auto three = held.bring(third);
  two.join();
  held.release();
  one.join();
  three.join();
  CHECK(third->round == 2);
  CHECK(second->round == 0);
}

TEST_CASE("beside a round another one begins once enough waits for it, and not before") {
  Held held({2, 10, 2});
  std::vector<std::shared_ptr<Number>> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(std::make_shared<Number>());
  auto one = held.bring(jobs[0]);
  held.await_rounds(1);
  const auto soon = Deadline::clock::now() + std::chrono::milliseconds(20);
  CHECK_FALSE(held.numbers.submit(std::make_shared<Number>(), 1, soon));
  auto two = held.bring(jobs[1]), three = held.bring(jobs[2]);
  held.await_rounds(2);
  held.release();
  for (auto* thread : {&one, &two, &three}) thread->join();
  CHECK(jobs[0]->round == 1);
  CHECK(jobs[1]->round == 2);
  CHECK(jobs[2]->round == 2);
}

TEST_CASE("a job heavier than a round may be is done alone") {
  Held held({1, 10});
  held.release();
  const auto heavy = std::make_shared<Number>();
  CHECK(held.numbers.submit(heavy, 1000, for_ever));
  CHECK(heavy->round == 1);
}

}  // namespace lectern
