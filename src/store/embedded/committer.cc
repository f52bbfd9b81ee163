#include "store/embedded/committer.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t jobs_of_a_group_max = 256;
constexpr std::size_t group_bytes_max = std::size_t{8} << 20;
/// Beyond what clocks that are kept right differ by.
constexpr std::chrono::minutes clock_ahead_max{1};
constexpr std::chrono::hours clock_warning_pause{1};

}  // namespace

std::string text_of_clock_ahead(Time newest) {
  return "the newest statement was stored at " + stored_text(newest) +
         ", ahead of this machine's clock, which was or is wrong: until the clock is there, "
         "`stored` rises by microseconds from that instant, and queries by time mislead";
}

Committer::Committer(Database& database, Time newest_stored)
    : database_(database),
      committed_(newest_stored),
      clock_(newest_stored),
      thread_([this] { work(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Result<void> Committer::run(Job& job, Deadline deadline) {
  std::unique_lock lock(mutex_);
  job.state_ = Job::State::waiting;
  waiting_.push_back(&job);
  arrived_.notify_one();
  const auto taken = [&] { return job.state_ != Job::State::waiting; };
  if (deadline == Deadline::max()) {
    done_.wait(lock, taken);
  } else if (!done_.wait_until(lock, deadline, taken)) {
    std::erase(waiting_, &job);
    return fail(Code::unavailable, "The store is busy", "not begun by the deadline");
  }
  done_.wait(lock, [&] { return job.state_ == Job::State::done; });
  return std::move(job.outcome_);
}

Time Committer::consistent_through() {
  const std::lock_guard lock(mutex_);
  if (!busy_) committed_ = clock_.reached();
  return committed_;
}

void Committer::work() {
  warn_of_clock();
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::vector<Job*> jobs;
    for (; !waiting_.empty() && jobs.size() < jobs_of_a_group_max; waiting_.pop_front()) {
      jobs.push_back(waiting_.front());
      jobs.back()->state_ = Job::State::taken;
    }
    busy_ = true;
    lock.unlock();
    try {
      commit(jobs);
    } catch (const std::bad_alloc&) {
      // In the midst of RocksDB's work; what it leaves behind cannot be trusted.
      log::error(
          "the memory ran out while statements were written: the process ends, to be "
          "started again");
      std::_Exit(EXIT_FAILURE);
    }
    lock.lock();
    busy_ = false;
  }
}

void Committer::commit(const std::vector<Job*>& jobs) {
  const auto pass = database_.use(Deadline::max());
  if (!pass) {
    for (Job* job : jobs) answer(*job, fail(pass.error()));
    return;
  }
  Group group;
  std::vector<Job*> prepared;
  for (Job* job : jobs) {
    auto step = prepare(*job, group);
    if (step && *step == Job::Step::after_flush) {
      write(group, prepared);
      step = prepare(*job, group);
    }
    if (!step) {
      database_.notice(step.error());
      answer(*job, fail(std::move(step).error()));
      continue;
    }
    prepared.push_back(job);
    if (group.batch.GetDataSize() > group_bytes_max) write(group, prepared);
  }
  write(group, prepared);
}

Result<Job::Step> Committer::prepare(Job& job, Group& group) {
  group.batch.SetSavePoint();
  const auto postings = group.postings.size();
  Result<Job::Step> step = fail(Code::unavailable, "The store cannot be used now", "no memory");
  try {
    step = job.prepare(group, clock_);
  } catch (const std::bad_alloc&) {
    log::error("a write is refused: the memory ran out");
  }
  if (step) {
    group.batch.PopSavePoint();
  } else {
    group.batch.RollbackToSavePoint();
    group.postings.resize(postings);
  }
  return step;
}

void Committer::add_postings(Group& group) {
  std::sort(group.postings.begin(), group.postings.end());
  for (const auto& [key, mark] : group.postings)
    group.batch.Put(database_.family(Family::postings), slice(key),
                    mark ? slice(*mark) : rocksdb::Slice());
}

void Committer::write(Group& group, std::vector<Job*>& jobs) {
  Result<void> outcome;
  if (!group.empty()) {
    add_postings(group);
    outcome = database_.commit(group.batch);
    if (!outcome) database_.notice(outcome.error());
    warn_of_clock();
  }
  group.batch.Clear();
  group.postings.clear();
  group.touched.clear();
  {
    const std::lock_guard lock(mutex_);
    committed_ = clock_.last();
    for (Job* job : jobs) {
      job->outcome_ = outcome;
      job->state_ = Job::State::done;
    }
  }
  done_.notify_all();
  jobs.clear();
}

void Committer::warn_of_clock() {
  const auto ahead = clock_.last() - now();
  const auto at = std::chrono::steady_clock::now();
  if (ahead < clock_ahead_max || at < clock_warning_) return;
  clock_warning_ = at + clock_warning_pause;
  log::warning("{}", text_of_clock_ahead(clock_.last()));
}

void Committer::answer(Job& job, Result<void> outcome) {
  {
    const std::lock_guard lock(mutex_);
    job.outcome_ = std::move(outcome);
    job.state_ = Job::State::done;
  }
  done_.notify_all();
}

}  // namespace lectern::store::embedded
