#include "store/testing/simulation/simulation.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "base/assert.h"
#include "base/concurrency/mutex.h"

namespace lectern::store::simulation {

using namespace std::chrono_literals;

namespace {

/// Of the running thread, by its simulation.
thread_local void* self = nullptr;

}  // namespace

void World::run(const std::function<void()>& work) {
  MutexLock lock(mutex_);
  auto& first = threads_.emplace_back();
  running_ = &first;
  self = &first;
  lock.unlock();
  work();
  lock.lock();
  running_ = nullptr;
  self = nullptr;
  LECTERN_ASSERT(std::all_of(std::next(threads_.begin()), threads_.end(),
                             [](const Thread& thread) { return thread.ended; }));
}

void World::after(Moment time, std::function<void()> work) {
  later_.emplace(now_ + time, std::move(work));
}

std::thread World::start(std::function<void()> work, const void* process) {
  Thread* thread = nullptr;
  {
    const MutexLock lock(mutex_);
    thread = &threads_.emplace_back();
    thread->process = process;
    thread->until = now_;
  }
  std::thread started([this, thread, work = std::move(work)] {
    self = thread;
    {
      MutexLock lock(mutex_);
      thread->turn.wait(mutex_, [&]() REQUIRES(mutex_) { return running_ == thread; });
    }
    work();
    MutexLock lock(mutex_);
    thread->ended = true;
    thread->until = Moment::max();
    for (auto& other : threads_)
      if (other.waits_for == thread) other.until = now_;
    if (auto* other = next()) {
      running_ = other;
      other->turn.notify_one();
    }
  });
  const MutexLock lock(mutex_);
  by_id_[started.get_id()] = thread;
  return started;
}

void World::join(std::thread& thread) {
  const auto* joined = by_id_.at(thread.get_id());
  while (!joined->ended) wait(joined, Moment::max());
  by_id_.erase(thread.get_id());
  thread.join();
}

Moment World::ready_at(const Thread& thread) const {
  const auto stopped = stopped_.find(thread.process);
  return stopped == stopped_.end() ? thread.until : std::max(thread.until, stopped->second);
}

/// The thread whose turn it is; time goes on to where there is one.
World::Thread* World::next() {
  for (;;) {
    std::vector<Thread*> ready;
    auto soonest = Moment::max();
    for (auto& thread : threads_) {
      if (thread.ended) continue;
      const auto at = ready_at(thread);
      if (at <= now_) ready.push_back(&thread);
      soonest = std::min(soonest, at);
    }
    if (!ready.empty()) return ready[random() % ready.size()];
    if (!later_.empty()) soonest = std::min(soonest, later_.begin()->first);
    LECTERN_ASSERT(soonest < Moment::max());  // else all wait for each other
    now_ = std::max(now_, soonest);
    while (!later_.empty() && later_.begin()->first <= now_) {
      const auto work = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      work();
    }
  }
}

void World::wait(const void* what, Moment until) {
  MutexLock lock(mutex_);
  auto& thread = *static_cast<Thread*>(self);
  thread.waits_for = what;
  thread.until = until;
  auto* other = next();
  if (other != &thread) {
    running_ = other;
    other->turn.notify_one();
    thread.turn.wait(mutex_, [&]() REQUIRES(mutex_) { return running_ == &thread; });
  }
  thread.waits_for = nullptr;
  thread.until = now_;
}

void World::work_for(const void* process) { static_cast<Thread*>(self)->process = process; }

void World::wake(const void* what) {
  for (auto& thread : threads_)
    if (thread.waits_for == what && !thread.ended) thread.until = now_;
}

Moment SimulatedProcess::moment_of(Steady instant) const {
  if (instant == Steady::max()) return Moment::max();
  return std::chrono::ceil<Moment>(instant - Steady{} - std::chrono::hours{1});
}

void SimulatedProcess::sleep_for(std::chrono::microseconds time) {
  world_.wait(nullptr, world_.now() + time);
}

void SimulatedProcess::wait_until(Condition& condition, Mutex& mutex, Steady instant) {
  mutex.unlock();
  world_.wait(&condition, moment_of(instant));
  mutex.lock();
}

bool SimulatedProcess::lock_until(TimedMutex& mutex, Steady instant) {
  const auto until = moment_of(instant);
  while (!mutex.try_lock()) {
    if (world_.now() >= until) return false;
    world_.wait(&mutex, until);
  }
  return true;
}

void SimulatedProcess::unlock(TimedMutex& mutex) {
  mutex.unlock();
  world_.wake(&mutex);
}

bool request(World& world, SimulatedProcess& process, const Network& network,
             Timing::Steady deadline, const std::function<void()>& carry_out,
             const std::function<void()>& answer) {
  const std::function<Moment()> at_once = [carry_out] {
    carry_out();
    return Moment{0};
  };
  return request(world, process, network, deadline, at_once, answer);
}

bool request(World& world, SimulatedProcess& process, const Network& network,
             Timing::Steady deadline, const std::function<Moment()>& carry_out,
             const std::function<void()>& answer) {
  struct Exchange {
    bool answered = false, broken = false;
  };
  const auto exchange = std::make_shared<Exchange>();
  const auto chance = [&](unsigned of_100) { return world.random() % 100 < of_100; };
  const auto give_up = process.moment_of(deadline);
  const auto arrive = [&world, exchange, carry_out, delay = world.up_to(network.delay_max),
                       lost = chance(network.unanswered_of_100)](bool is_asked_for) {
    const auto takes = carry_out();
    if (!is_asked_for || exchange->broken) return;
    world.after(takes + delay, [&world, exchange, lost] {
      exchange->answered = !lost;
      exchange->broken = lost;
      world.wake(exchange.get());
    });
  };
  if (network.down) {
    process.sleep_for(1ms);
    return false;
  }
  const auto on_the_way = world.up_to(network.delay_max);
  if (chance(network.held_of_100)) {
    world.after(on_the_way + world.up_to(network.held_max), [arrive] { arrive(false); });
    world.after(on_the_way, [&world, exchange] {
      exchange->broken = true;
      world.wake(exchange.get());
    });
  } else if (!chance(network.lost_of_100)) {
    world.after(on_the_way, [arrive] { arrive(true); });
    if (chance(network.doubled_of_100))
      world.after(on_the_way + world.up_to(network.held_max), [arrive] { arrive(false); });
  }
  while (!exchange->answered && !exchange->broken && world.now() < give_up)
    world.wait(exchange.get(), give_up);
  if (!exchange->answered) {
    exchange->broken = true;
    return false;
  }
  answer();
  return true;
}

TEST_CASE("in simulated time an hour takes no time, and a seed repeats it") {
  const auto order_of = [](std::uint32_t seed) {
    World world(seed);
    std::string order;
    world.run([&] {
      SimulatedProcess process(world, 0us);
      std::vector<std::thread> threads;
      for (const char name : {'a', 'b', 'c', 'd'})
        threads.push_back(process.start([&, name] {
          for (int i = 0; i < 10; ++i) {
            process.sleep_for(world.up_to(1h));
            order += name;
          }
        }));
      for (auto& thread : threads) process.join(thread);
      CHECK(world.now() > 1h);
    });
    return order;
  };
  CHECK(order_of(1) == order_of(1));
  CHECK(order_of(1) != order_of(2));
  CHECK(order_of(1).size() == 40);
}

TEST_CASE("in simulated time locks and conditions keep threads waiting as real ones do") {
  World world(1);
  world.run([&] {
    SimulatedProcess process(world, 5s);
    CHECK(process.wall() - world.time() == 5s);
    TimedMutex turn;
    Mutex mutex;
    Condition condition;
    process.lock(turn);
    CHECK_FALSE(process.lock_until(turn, process.steady() + 1s));
    CHECK(world.now() == 1s);
    bool told = false;
    auto other = process.start([&] {
      const bool held = process.lock_until(turn, process.steady() + 10s);
      CHECK(held);
      if (!held) return;
      const TimedLock lock(process, turn);
      process.sleep_for(1min);
      const MutexLock guard(mutex);
      told = true;
      process.notify_all(condition);
    });
    process.sleep_for(2s);
    process.unlock(turn);
    {
      const MutexLock lock(mutex);
      process.wait_until(condition, mutex, process.steady() + 1s);
      CHECK_FALSE(told);
      while (!told) process.wait_until(condition, mutex, Timing::Steady::max());
    }
    CHECK(world.now() == 63s);
    process.join(other);
  });
}

TEST_CASE("a request in simulated time arrives late, twice or never, as its network has it") {
  World world(1);
  world.run([&] {
    SimulatedProcess process(world, 0us);
    int carried_out = 0, answered = 0;
    const auto send = [&](const Network& network) {
      return request(
          world, process, network, process.steady() + 2s, [&] { ++carried_out; },
          [&] { ++answered; });
    };
    CHECK(send({}));
    CHECK_FALSE(send({.lost_of_100 = 100}));
    CHECK(world.now() > 2s);
    CHECK(carried_out == 1);
    CHECK_FALSE(send({.unanswered_of_100 = 100}));
    CHECK(carried_out == 2);
    CHECK_FALSE(send({.held_of_100 = 100}));
    CHECK(carried_out == 2);
    process.sleep_for(10s);
    CHECK(carried_out == 3);
    CHECK(send({.doubled_of_100 = 100}));
    process.sleep_for(10s);
    CHECK(carried_out == 5);
    CHECK_FALSE(send({.down = true}));
    CHECK(answered == 2);
  });
}

}  // namespace lectern::store::simulation
