#include "store/elasticsearch/read/search_refresh.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds pause_max{500};

}  // namespace

void SearchRefresh::changed() {
  const MutexLock lock(mutex_);
  ++changes_;
}

Result<void> SearchRefresh::reach(std::optional<Time> until, Deadline deadline,
                                  const std::function<Result<void>()>& refresh) {
  TRY(const auto settled, watermark_.settled(deadline));
  const Time wanted = until.value_or(settled.through);
  const MutexLock lock(mutex_);
  if (visible_happened_ == settled.happened)
    visible_through_ = std::max(visible_through_, settled.through);
  const std::uint64_t begun = begun_, changes = changes_;
  // Another process may have found `until` settled before this one can know. All up to there was
  // in the index before the question came, so a refresh that begins from now on will do.
  while ((visible_through_ < wanted && done_ <= begun) || visible_changes_ < changes) {
    if (refreshing_ || Clock::now() < next_refresh_) {
      RETURN_IF_ERROR(wait_locked(deadline));
    } else {
      RETURN_IF_ERROR(refresh_locked(deadline, refresh));
    }
  }
  return {};
}

Result<void> SearchRefresh::wait_locked(Deadline deadline) {
  const auto wake = refreshing_ ? deadline : std::min(deadline, next_refresh_);
  refreshed_.wait_until(mutex_, wake);
  if (Clock::now() >= deadline) return fail(Code::unavailable, "The database is too slow");
  return {};
}

Result<void> SearchRefresh::refresh_locked(Deadline deadline,
                                           const std::function<Result<void>()>& refresh) {
  const std::uint64_t changes = changes_, begun = ++begun_;
  refreshing_ = true;
  mutex_.unlock();
  const auto through = watermark_.settled(deadline);
  const auto begin = Clock::now();
  auto done = refresh();
  const auto end = Clock::now();
  mutex_.lock();
  refreshing_ = false;
  next_refresh_ = end + std::min<Clock::duration>(end - begin, pause_max);
  if (done && through) {
    visible_through_ = std::max(visible_through_, through->through);
    visible_happened_ = through->happened;
    visible_changes_ = std::max(visible_changes_, changes);
    done_ = begun;
  }
  refreshed_.notify_all();
  if (!through) return fail(through.error());
  return done;
}

}  // namespace lectern::store::elasticsearch
