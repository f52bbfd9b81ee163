#include "http/wire/worker_pool.h"

#include <algorithm>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "base/assert.h"

namespace lectern::http {
namespace {

constexpr unsigned retry_after_s_max = 60;

unsigned share(unsigned of, unsigned quarters) { return std::max(1U, of * quarters / 4); }

}  // namespace

WorkerPool::WorkerPool(Options options) : options_(options) {
  LECTERN_ASSERT(options_.threads > 0);
  queues_[static_cast<std::size_t>(Lane::own)].running_max = options_.threads;
  queues_[static_cast<std::size_t>(Lane::check)].running_max = share(options_.threads, 2);
  queues_[static_cast<std::size_t>(Lane::store)].running_max = share(options_.threads, 3);
  threads_.reserve(options_.threads);
  for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  ready_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::join_turns(Queue& queue, std::size_t key, User& user) const {
  const unsigned running_max = key == 0 ? queue.running_max : share(queue.running_max, 3);
  if (user.in_turn || user.queue.empty() || user.running >= running_max) return;
  user.in_turn = true;
  queue.turns.push_back(key);
}

void WorkerPool::push(Lane lane, std::size_t key, Waiting job) {
  auto& queue = queues_[static_cast<std::size_t>(lane)];
  auto& user = queue.users[key];
  user.queue.push_back(std::move(job));
  join_turns(queue, key, user);
}

bool WorkerPool::try_post(Lane lane, std::size_t key, Job run, Job refuse) {
  {
    const MutexLock lock(mutex_);
    if (waiting_ >= options_.queue_max) return false;
    ++waiting_;
    push(lane, key, {std::move(run), std::move(refuse), Clock::now()});
  }
  ready_.notify_one();
  return true;
}

void WorkerPool::post(Lane lane, std::size_t key, Job run) {
  {
    const MutexLock lock(mutex_);
    ++waiting_;
    push(lane, key, {std::move(run), {}, Clock::now()});
  }
  ready_.notify_one();
}

void WorkerPool::expire(Clock::time_point now) {
  std::vector<Waiting> refused;
  {
    const MutexLock lock(mutex_);
    if (waiting_ == 0) return;
    for (auto& queue : queues_)
      for (auto& [key, user] : queue.users)
        while (!user.queue.empty() && user.queue.front().refuse &&
               now - user.queue.front().since > options_.wait_max) {
          refused.push_back(std::move(user.queue.front()));
          user.queue.pop_front();
          --waiting_;
        }
  }
  for (auto& job : refused) job.refuse();
}

std::size_t WorkerPool::depth() const {
  const MutexLock lock(mutex_);
  return waiting_;
}

unsigned WorkerPool::retry_after_s(Clock::time_point now) const {
  const MutexLock lock(mutex_);
  Clock::duration longest{};
  for (const auto& queue : queues_)
    if (queue.running == queue.running_max) longest = std::max(longest, now - queue.last_end);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest).count();
  return static_cast<unsigned>(std::clamp<std::int64_t>(1 + seconds, 1, retry_after_s_max));
}

/// Takes the next job of the first lane that has one which may run.
bool WorkerPool::take(Taken& taken) {
  for (auto& queue : queues_) {
    while (queue.running < queue.running_max && !queue.turns.empty()) {
      const auto key = queue.turns.front();
      queue.turns.pop_front();
      auto& user = queue.users[key];
      user.in_turn = false;
      if (user.queue.empty()) {  // its jobs were refused
        if (user.running == 0) queue.users.erase(key);
        continue;
      }
      taken = {&queue, key, std::move(user.queue.front().run)};
      user.queue.pop_front();
      --waiting_;
      if (queue.running++ == 0) queue.last_end = Clock::now();
      ++user.running;
      join_turns(queue, key, user);
      return true;
    }
  }
  return false;
}

void WorkerPool::end(const Taken& taken) {
  auto& queue = *taken.queue;
  --queue.running;
  queue.last_end = Clock::now();
  auto& user = queue.users[taken.key];
  --user.running;
  join_turns(queue, taken.key, user);
  if (user.running == 0 && user.queue.empty() && !user.in_turn) queue.users.erase(taken.key);
}

void WorkerPool::work() {
  if (options_.niceness > 0)  // of this thread alone, as Linux has it
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options_.niceness);
  MutexLock lock(mutex_);
  while (true) {
    Taken taken;
    ready_.wait(mutex_,
                [&]() REQUIRES(mutex_) { return take(taken) || (ending_ && waiting_ == 0); });
    if (taken.queue == nullptr) break;
    lock.unlock();
    taken.run();
    taken.run = nullptr;  // what it owns must not wait for the next job, nor die under the lock
    lock.lock();
    end(taken);
  }
  // The others may wait for the last job that this one has taken.
  ready_.notify_all();
}

}  // namespace lectern::http
