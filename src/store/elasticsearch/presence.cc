#include "store/elasticsearch/presence.h"

#include <algorithm>

#include "base/log.h"
#include "store/elasticsearch/index_names.h"
#include "xapi/stamp.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// How often a process that is in use renews its entry, and how far beyond now it may tell how
/// consistent the store is; less often as long as it is alone.
struct Rhythm {
  milliseconds renew_every;
  milliseconds ceiling_ahead;
};
constexpr Rhythm among_others{milliseconds{150}, milliseconds{350}};
constexpr Rhythm alone{milliseconds{500}, milliseconds{1'200}};

/// Without a renewal for so long it hands out nothing.
constexpr milliseconds renewed_within{3'000};
/// An answer may lag behind by so much before a call renews the entry itself.
constexpr milliseconds viewed_within{1'000};
/// An entry that stands still for so long is that of a dead process.
constexpr milliseconds dead_after{15'000};
/// After so long without a write the others need not wait for us.
constexpr milliseconds writing_for{10'000};
/// After so long without any call the entry is left alone.
constexpr milliseconds used_for{15'000};
/// By so much another process may be ahead before our clock is put forward instead of waiting.
constexpr milliseconds waits_max{1'500};
/// Beyond this another's clock is taken for wrong.
constexpr std::chrono::minutes clock_differs_max{5};
constexpr milliseconds renewal_timeout{2'500};

Deadline sooner(Deadline deadline, milliseconds timeout) {
  return std::min(deadline, Clock::now() + timeout);
}

}  // namespace

Presence::Presence(Cluster& cluster, const Settings& settings)
    : writers_(cluster, writers_index(settings.default_index)), thread_([this] { run(); }) {}

Presence::~Presence() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (!renewed_) return;
  if (const auto left = writers_.leave(sooner(Deadline::max(), renewal_timeout)); !left)
    log::debug("the other processes were not told of the end: {}", left.error().detail);
}

Presence::Underway::Underway(Underway&& other) noexcept
    : presence_(std::exchange(other.presence_, nullptr)),
      first_(other.first_),
      grace_(other.grace_) {}

Presence::Underway::~Underway() {
  if (presence_ == nullptr) return;
  const std::lock_guard lock(presence_->mutex_);
  ++presence_->happened_;
  if (grace_.count() == 0)
    presence_->underway_.erase(first_);
  else
    presence_->underway_[first_] = Clock::now() + grace_;
}

bool Presence::fresh_locked(milliseconds age) const {
  return renewed_ && Clock::now() - *renewed_ < age;
}

Time Presence::floor_locked() {
  const auto steady = Clock::now();
  for (auto batch = underway_.begin(); batch != underway_.end();) {
    const auto& [first, doubtful_until] = *batch;
    if (!doubtful_until || *doubtful_until > steady) return first - microseconds{1};
    batch = underway_.erase(batch);
    ++happened_;
  }
  return clock_.reached();
}

Result<Presence::Underway> Presence::stamp(std::span<Row* const> rows, Deadline deadline) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      used_ = wrote_ = Clock::now();
      if (registered_ && fresh_locked(renewed_within)) {
        const Time first = clock_.next();
        Time stored = first;
        for (Row* row : rows) {
          row->stored = std::exchange(stored, clock_.next());
          xapi::set_stored(row->json, row->stored_at, row->stored);
        }
        underway_.emplace(first, std::nullopt);
        ++happened_;
        wake_.notify_all();
        return Underway(*this, first);
      }
    }
    RETURN_IF_ERROR(renew(deadline, true));
  }
}

Result<Presence::Settled> Presence::settled(Deadline deadline) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      used_ = Clock::now();
      wake_.notify_all();
      if (fresh_locked(viewed_within)) {
        const Time floor = floor_locked();  // rows that were in doubt may have come in until now
        return Settled{std::min({floor, others_floor_, ceiling_}), happened_};
      }
    }
    RETURN_IF_ERROR(renew(deadline, false));
  }
}

void Presence::raise(Time stored) {
  const std::lock_guard lock(mutex_);
  clock_.raise(std::min(stored, now() + clock_differs_max));
}

Result<void> Presence::renew(Deadline deadline, bool writing) {
  const std::unique_lock one_at_a_time(renewing_, sooner(deadline, renewal_timeout));
  if (!one_at_a_time) return fail(Code::unavailable, "The database does not answer in time");
  const auto began = Clock::now();
  Writers::Entry own;
  bool joining = false;
  {
    const std::lock_guard lock(mutex_);
    writing = writing || !underway_.empty() || (wrote_ != Steady{} && began - wrote_ < writing_for);
    // Someone else has just done it.
    if (fresh_locked(among_others.renew_every / 2) && (registered_ || !writing)) return {};
    if (writing) own.floor = floor_locked();
    joining = writing && !(registered_ && fresh_locked(renewed_within));
    // From here until the entry says so again, nothing is handed out.
    if (!writing) registered_ = false;
    own.ceiling = now() + (alone_ ? alone : among_others).ceiling_ahead;
  }
  TRY(const auto others, writers_.exchange(own, dead_after, sooner(deadline, renewal_timeout)));
  // Better to wait a moment than to store at an instant that is still to come.
  if (joining && others.ceiling - now() < waits_max)
    std::this_thread::sleep_for(others.ceiling - now());
  const std::lock_guard lock(mutex_);
  if (joining) clock_.raise(std::min(others.ceiling, now() + clock_differs_max));
  ceiling_ = own.ceiling;
  others_floor_ = others.floor;
  alone_ = !others.any;
  if (others.touched) ++happened_;
  registered_ = writing;
  renewed_ = began;
  return {};
}

void Presence::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto idle = [&] { return used_ == Steady{} || Clock::now() - used_ > used_for; };
    // Its last entry says that it does not write, so that nobody waits for it.
    if (idle() && !registered_) {
      wake_.wait(lock, [&] { return stopping_ || !idle(); });
      continue;
    }
    lock.unlock();
    if (const auto renewed = renew(Deadline::max(), false); !renewed)
      log::debug("the writers' document was not renewed: {}", renewed.error().detail);
    lock.lock();
    wake_.wait_for(lock, (alone_ ? alone : among_others).renew_every, [&] { return stopping_; });
  }
}

}  // namespace lectern::store::elasticsearch
