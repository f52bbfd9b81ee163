#include "store/elasticsearch/horizon.h"

#include "xapi/stamp.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds refresh_pause_ms_max{500};

}  // namespace

Horizon::Underway::~Underway() {
  const std::lock_guard lock(horizon_->mutex_);
  if (changed_others_) ++horizon_->changes_;
  if (grace_.count() == 0)
    horizon_->underway_.erase(first_);
  else
    horizon_->underway_[first_] = Clock::now() + grace_;
}

Horizon::Underway Horizon::stamp(std::span<Row* const> rows) {
  const std::lock_guard lock(mutex_);
  for (Row* row : rows) {
    row->stored = clock_.next();
    xapi::set_stored(row->json, row->stored_at, row->stored);
  }
  const Time first = rows.empty() ? clock_.next() : rows.front()->stored;
  underway_.emplace(first, std::nullopt);
  return {*this, first};
}

void Horizon::raise(Time stored) {
  const std::lock_guard lock(mutex_);
  clock_.raise(stored);
}

Time Horizon::reached() {
  const std::lock_guard lock(mutex_);
  return settled_locked();
}

Time Horizon::settled_locked() {
  const auto steady = Clock::now();
  while (!underway_.empty()) {
    const auto& [first, doubtful_until] = *underway_.begin();
    if (!doubtful_until || *doubtful_until > steady) return first - std::chrono::microseconds{1};
    underway_.erase(underway_.begin());
  }
  return clock_.reached();
}

Result<void> Horizon::make_visible(std::optional<Time> until, Deadline deadline,
                                   const std::function<Result<void>()>& refresh) {
  std::unique_lock lock(mutex_);
  // What is beyond the horizon may be missing: nobody was told that it is there.
  const Time wanted = until ? std::min(*until, settled_locked()) : settled_locked();
  const std::uint64_t changes = changes_;
  while (visible_through_ < wanted || visible_changes_ < changes) {
    if (refreshing_ || Clock::now() < next_refresh_) {
      RETURN_IF_ERROR(wait_locked(lock, deadline));
    } else {
      RETURN_IF_ERROR(refresh_locked(lock, refresh));
    }
  }
  return {};
}

Result<void> Horizon::wait_locked(std::unique_lock<std::mutex>& lock, Deadline deadline) {
  const auto wake = refreshing_ ? deadline : std::min(deadline, next_refresh_);
  if (wake == Deadline::max())
    refreshed_.wait(lock);
  else
    refreshed_.wait_until(lock, wake);
  if (Clock::now() >= deadline) return fail(Code::unavailable, "The database is too slow");
  return {};
}

Result<void> Horizon::refresh_locked(std::unique_lock<std::mutex>& lock,
                                     const std::function<Result<void>()>& refresh) {
  const Time through = settled_locked();
  const std::uint64_t changes = changes_;
  refreshing_ = true;
  lock.unlock();
  const auto begin = Clock::now();
  auto done = refresh();
  const auto end = Clock::now();
  lock.lock();
  refreshing_ = false;
  next_refresh_ = end + std::min<Clock::duration>(end - begin, refresh_pause_ms_max);
  if (done) {
    visible_through_ = std::max(visible_through_, through);
    visible_changes_ = std::max(visible_changes_, changes);
  }
  refreshed_.notify_all();
  return done;
}

}  // namespace lectern::store::elasticsearch
