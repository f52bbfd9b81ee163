#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "base/concurrency/mutex.h"
#include "store/common/watermark/timing.h"

/// For tests: several processes, their clocks and the network between them and a database, in
/// simulated time. Of all threads one runs at a time; which one goes on when it waits, and what
/// becomes of each message, the seed decides. Nothing takes time but what says so.
namespace lectern::store::simulation {

using Moment = std::chrono::microseconds;  ///< since the simulation began

/// A simulation: its time, its threads and its seed.
class World {
 public:
  explicit World(std::uint32_t seed) : random(seed) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs `work` as the first thread, until it returns; it must join all threads that it starts.
  void run(const std::function<void()>& work);

  Moment now() const { return now_; }
  /// The time of the database.
  Time time() const { return Time{std::chrono::hours{24 * 365 * 50}} + now_; }
  /// Does `work`, which must not wait, in a while.
  void after(Moment time, std::function<void()> work);

  bool once_in(unsigned times) { return random() % times == 0; }
  /// Any time from 0 to `most`, as the seed has it.
  Moment up_to(Moment most) {
    return Moment{
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most.count() + 1))};
  }

  std::mt19937_64 random;

  // What threads do, by way of a SimulatedProcess:
  /// Starts a thread of a process; it runs when its turn comes.
  std::thread start(std::function<void()> work, const void* process);
  /// Waits, in simulated time, until the thread has ended.
  void join(std::thread& thread);
  /// Waits until somebody wakes those who wait for `what`, until that moment at most.
  void wait(const void* what, Moment until);
  void wake(const void* what);
  /// The running thread works for that process from now on.
  void work_for(const void* process);
  /// None of the process's threads goes on before that moment.
  void stop_until(const void* process, Moment until) { stopped_[process] = until; }

 private:
  struct Thread {
    const void* process = nullptr;
    Condition turn;
    const void* waits_for = nullptr;
    Moment until{};
    bool ended = false;
  };

  Thread* next();
  Moment ready_at(const Thread& thread) const;

  Mutex mutex_;  // one thread runs: the one that holds it, or that left it to wait
  Moment now_{};
  std::list<Thread> threads_;
  std::map<std::thread::id, Thread*> by_id_;
  Thread* running_ = nullptr;
  std::multimap<Moment, std::function<void()>> later_;
  std::map<const void*, Moment> stopped_;
};

/// A process's clocks and threads.
class SimulatedProcess final : public Timing {
 public:
  /// `wall_ahead`: of the database's clock.
  SimulatedProcess(World& world, Moment wall_ahead) : world_(world), wall_ahead_(wall_ahead) {}

  Steady steady() override { return Steady{} + std::chrono::hours{1} + world_.now(); }
  Time wall() override { return world_.time() + wall_ahead_; }
  void sleep_for(std::chrono::microseconds time) override;
  void wait_until(Condition& condition, Mutex& mutex, Steady instant) override REQUIRES(mutex);
  void notify_all(Condition& condition) override { world_.wake(&condition); }
  bool lock_until(TimedMutex& mutex, Steady instant) override TRY_ACQUIRE(true, mutex);
  void unlock(TimedMutex& mutex) override RELEASE(mutex);
  std::thread start(std::function<void()> work) override {
    return world_.start(std::move(work), this);
  }
  void join(std::thread& thread) override { world_.join(thread); }

  /// An instant of the process's steady clock in simulated time.
  Moment moment_of(Steady instant) const;

 private:
  World& world_;
  const Moment wall_ahead_;
};

/// How bad the network is for one process.
struct Network {
  unsigned lost_of_100 = 0;        ///< requests that never arrive
  unsigned unanswered_of_100 = 0;  ///< answers that never arrive
  unsigned held_of_100 = 0;        ///< requests whose connection ends, and that arrive later
  unsigned doubled_of_100 = 0;     ///< requests that arrive twice
  bool down = false;               ///< nothing arrives, and that is known at once
  Moment delay_max{20'000};        ///< one way
  Moment held_max{9'000'000};      ///< docs/CONSISTENCY.md, what is assumed
};

/// Has the database carry out a request, and waits for its answer until the deadline: false when
/// none came. `carry_out` tells how long the database takes until it answers.
bool request(World& world, SimulatedProcess& process, const Network& network,
             Timing::Steady deadline, const std::function<Moment()>& carry_out,
             const std::function<void()>& answer);
/// The same of a database that takes no time.
bool request(World& world, SimulatedProcess& process, const Network& network,
             Timing::Steady deadline, const std::function<void()>& carry_out,
             const std::function<void()>& answer);

/// A process's way to a database. All of it outlives this.
template <typename Database>
struct LineTo {
  World& world;
  SimulatedProcess& process;
  std::shared_ptr<Database> database;
  const Network& network;

  /// What a request finds or does when it has arrived; nothing: no answer by the deadline, 3 s at
  /// most.
  template <typename Value>
  std::optional<Value> ask(Deadline deadline, std::function<Value(Database&)> what) {
    const auto value = std::make_shared<std::optional<Value>>();
    const bool answered = request(
        world, process, network, std::min(deadline, process.steady() + std::chrono::seconds(3)),
        [value, what, database = database] { *value = what(*database); }, [] {});
    return answered ? *value : std::nullopt;
  }
};

}  // namespace lectern::store::simulation
