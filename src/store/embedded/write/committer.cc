#include "store/embedded/write/committer.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t jobs_of_a_group_max = 256;
constexpr std::size_t group_bytes_max = std::size_t{8} << 20;
constexpr std::size_t group_postings_max = 32'768;
constexpr std::size_t terms_of_slice_min = 256;
/// Of a commit that ends a large batch: few such must write a generation.
constexpr std::size_t terms_beside_large = 4'096;
/// Beyond what clocks that are kept right differ by.
constexpr std::chrono::minutes clock_ahead_max{1};
constexpr std::chrono::hours clock_warning_pause{1};

Error not_begun() {
  return {Code::unavailable, "The store is busy", {}, {}, "not begun by the deadline"};
}

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
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Result<void> Committer::run(Job& job, TargetNumber target, Deadline deadline) {
  const MutexLock lock(mutex_);
  job.state_ = Job::State::waiting;
  job.target_ = target;
  job.deadline_ = deadline;
  waiting_.push(target, &job);
  arrived_.notify_one();
  const auto taken = [&] { return job.state_ != Job::State::waiting; };
  if (!done_.wait_until(mutex_, deadline, taken)) {
    waiting_.erase(target, &job);
    return fail(not_begun());
  }
  done_.wait(mutex_, [&]() REQUIRES(mutex_) { return job.state_ == Job::State::done; });
  return std::move(job.outcome_);
}

void Committer::replay(std::deque<Time> instants) {
  const MutexLock lock(mutex_);
  clock_.replay(std::move(instants));
}

Time Committer::consistent_through(TargetNumber target) {
  const MutexLock lock(mutex_);
  if (!busy_) committed_ = clock_.reached();
  const auto hidden = hidden_.find(target);
  if (hidden == hidden_.end()) return committed_;
  return std::min(committed_, hidden->second - std::chrono::microseconds{1});
}

void Committer::tell_hidden() {
  hidden_.clear();
  for (const auto& [target, job] : group_.in_slices)
    if (job->hides_from_) hidden_.emplace(target, *job->hides_from_);
}

void Committer::work() {
  MutexLock lock(mutex_);
  warn_of_clock();
  for (;;) {
    arrived_.wait(mutex_, [&]() REQUIRES(mutex_) { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    busy_ = true;
    lock.unlock();
    const auto pass = database_.use(Deadline::max());
    lock.lock();
    // Not those that come meanwhile: who is in the group waits for its write.
    gather(std::min(waiting_.size(), jobs_of_a_group_max), pass);
    lock.unlock();
    try {
      write();
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

void Committer::gather(std::size_t jobs_max, const Result<ReopenGate::Pass>& pass) {
  for (bool full = false; !full && jobs_max > 0; --jobs_max) {
    if (waiting_.empty()) return;
    Job* job = waiting_.pop();
    job->state_ = Job::State::taken;
    mutex_.unlock();
    auto step = pass ? prepare(*job) : Result<Job::Step>(fail(pass.error()));
    full = group_.batch.GetDataSize() > group_bytes_max ||
           group_.postings.size() + group_.gathered.size() > group_postings_max;
    if (!step) {
      database_.notice(step.error());
      answer(*job, fail(std::move(step).error()));
    }
    mutex_.lock();
    if (!step) continue;
    switch (*step) {
      case Job::Step::prepared:
        prepared_.push_back(job);
        break;
      case Job::Step::after_flush:
        waiting_.push_front(job->target_, job);
        return;
      case Job::Step::again:
        group_.in_slices.emplace(job->target_, job);
        sliced_ = job;
        return;
      case Job::Step::later:
        job->state_ = Job::State::waiting;
        waiting_.push(job->target_, job);
    }
  }
}

Result<Job::Step> Committer::prepare(Job& job) {
  if (!job.hides_from_ && std::chrono::steady_clock::now() > job.deadline_)
    return fail(not_begun());
  group_.batch.SetSavePoint();
  const auto postings = group_.postings.size(), gathered = group_.gathered.size();
  Result<Job::Step> step = fail(Code::unavailable, "The store cannot be used now", "no memory");
  try {
    step = job.prepare(group_, clock_);
  } catch (const std::bad_alloc&) {
    log::error("a write is refused: the memory ran out");
  }
  if (step) {
    group_.batch.PopSavePoint();
  } else {
    group_.batch.RollbackToSavePoint();
    group_.postings.resize(postings);
    group_.gathered.resize(gathered);
  }
  return step;
}

void Committer::add_postings() {
  if (!std::is_sorted(group_.postings.begin(), group_.postings.end()))
    std::sort(group_.postings.begin(), group_.postings.end());
  for (const auto& [key, mark] : group_.postings)
    group_.batch.Put(database_.family(Family::postings), slice(key),
                     mark ? slice(*mark) : rocksdb::Slice());
}

Result<void> Committer::write_group() {
  if (group_.after_slices) RETURN_IF_ERROR(database_.sync_log());
  if (is_slice_alone()) return database_.write_unsynced(group_.batch);
  // Twice as fast as they come: the older ones are written before the next are due.
  auto& buffer = database_.posting_buffer();
  const auto kibibytes = group_.batch.GetDataSize() / 1024;
  const auto terms = std::max(group_.alone > 0 ? terms_beside_large : terms_of_slice_min,
                              2 * group_.gathered.size());
  const bool begun = buffer.begin_slice(group_.batch, database_.family(Family::defaults),
                                        database_.family(Family::postings), terms);
  RETURN_IF_ERROR(database_.commit(group_.batch));
  if (begun) buffer.end_slice();
  buffer.add(group_.gathered);
  if (!group_.gathered.empty() || group_.alone > 0)
    buffer.add_weight(group_.newest_alone, group_.alone + kibibytes);
  return {};
}

void Committer::write() {
  Result<void> outcome;
  if (!group_.empty()) {
    add_postings();
    outcome = write_group();
    if (!outcome) database_.notice(outcome.error());
    warn_of_clock();
  }
  group_.batch.Clear();
  group_.postings.clear();
  group_.gathered.clear();
  group_.alone = 0;
  group_.newest_alone = ~std::uint64_t{0};
  group_.touched.clear();
  group_.after_slices = group_.before_slices = false;
  if (sliced_ && !outcome) prepared_.push_back(sliced_);
  for (Job* job : prepared_) {
    end_slices(*job);
    if (outcome) job->on_written();
  }
  {
    const MutexLock lock(mutex_);
    committed_ = clock_.last();
    tell_hidden();
    for (Job* job : prepared_) {
      job->outcome_ = outcome;
      job->state_ = Job::State::done;
    }
    if (sliced_ && outcome) waiting_.push(sliced_->target_, sliced_);
  }
  done_.notify_all();
  prepared_.clear();
  sliced_ = nullptr;
}

void Committer::end_slices(const Job& job) {
  const auto at = group_.in_slices.find(job.target_);
  if (at != group_.in_slices.end() && at->second == &job) group_.in_slices.erase(at);
  if (job.hides_from_)
    std::erase_if(group_.held, [&](const auto& one) { return one.second == &job; });
}

void Committer::warn_of_clock() {
  const auto ahead = clock_.last() - now();
  const auto at = std::chrono::steady_clock::now();
  if (ahead < clock_ahead_max || at < clock_warning_) return;
  clock_warning_ = at + clock_warning_pause;
  log::warning("{}", text_of_clock_ahead(clock_.last()));
}

void Committer::answer(Job& job, Result<void> outcome) {
  end_slices(job);
  {
    const MutexLock lock(mutex_);
    tell_hidden();
    job.outcome_ = std::move(outcome);
    job.state_ = Job::State::done;
  }
  done_.notify_all();
}

}  // namespace lectern::store::embedded
