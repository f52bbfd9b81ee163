#include "store/mongo/horizon.h"

#include <algorithm>
#include <vector>

#include "base/log.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string writers = "lectern.writers";
/// How often a process that is in use renews its document.
constexpr milliseconds renew_every{150};
/// Without a renewal for so long it hands out nothing.
constexpr milliseconds renewed_within{3'000};
/// A reader's view of the others may be as old as this.
constexpr milliseconds viewed_within{250};
/// How far beyond now a process may tell how consistent the store is.
constexpr milliseconds ceiling_ahead{350};
/// Another's document that stands still for so long is that of a dead process.
constexpr milliseconds dead_after = renewed_within + Horizon::insert_max + milliseconds{2'000};
/// After so long without a write the others need not wait for us.
constexpr milliseconds writing_for{60'000};
/// After so long without any call the document is left alone.
constexpr milliseconds used_for{61'000};
/// By so much another process's clock may be ahead before ours is put forward instead of waiting.
constexpr milliseconds waits_max{1'000};
/// Beyond this another's clock is taken for wrong.
constexpr std::chrono::minutes clock_differs_max{5};
constexpr std::uint32_t renewal_timeout_ms = 2'500;

std::int64_t count_of(Time time) { return time.time_since_epoch().count(); }

}  // namespace

Horizon::Horizon(Pool& pool, std::string database)
    : pool_(pool),
      database_(std::move(database)),
      // Joins at once, so that the first statement need not wait for it.
      used_(steady_clock::now()),
      wrote_(used_),
      thread_([this] { run(); }) {}

Horizon::~Horizon() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (!registered_) return;
  auto client = pool_.lease(sooner(Deadline::max(), renewal_timeout_ms));
  if (!client) return;
  if (const auto told = write_own(*client, false, Time{}, now() + ceiling_ahead); !told)
    log::debug("lectern.writers: {}", told.error().detail);
}

Horizon::Batch::~Batch() {
  if (!horizon_) return;
  const std::lock_guard lock(horizon_->mutex_);
  horizon_->under_way_.erase(horizon_->under_way_.find(first_));
}

bool Horizon::fresh(milliseconds age) const {
  return renewed_ && steady_clock::now() - *renewed_ < age;
}

Time Horizon::own_floor() {
  return under_way_.empty() ? clock_.reached() : *under_way_.begin() - microseconds{1};
}

Result<Horizon::Batch> Horizon::begin(std::size_t rows, Deadline deadline) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      used_ = wrote_ = steady_clock::now();
      if (registered_ && fresh(renewed_within)) {
        const auto first = clock_.next();
        clock_.raise(first + microseconds(rows));
        under_way_.insert(first);
        wake_.notify_all();
        return Batch(*this, first);
      }
    }
    RETURN_IF_ERROR(renew(deadline, true));
  }
}

Result<Time> Horizon::consistent_through(Deadline deadline) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      used_ = steady_clock::now();
      wake_.notify_all();
      if (fresh(viewed_within)) return std::min({own_floor(), others_floor_, ceiling_});
    }
    RETURN_IF_ERROR(renew(deadline, false));
  }
}

Result<void> Horizon::renew(Deadline deadline, bool writing) {
  const std::unique_lock one_at_a_time(renewing_, sooner(deadline, pool_.timeout_ms()));
  if (!one_at_a_time) return fail(Code::unavailable, "MongoDB did not answer in time");
  const auto began = steady_clock::now();
  Time floor;
  bool joining = false;
  {
    const std::lock_guard lock(mutex_);
    writing = writing || !under_way_.empty() || began - wrote_ < writing_for;
    // Someone else has just done it.
    if (fresh(renew_every / 2) && (registered_ || !writing)) return {};
    floor = own_floor();
    joining = writing && !(registered_ && fresh(renewed_within));
    // From here until the document says so again, nothing is handed out.
    if (!writing) registered_ = false;
  }
  const auto ceiling = now() + ceiling_ahead;
  TRY(auto client, pool_.lease(sooner(deadline, renewal_timeout_ms)));
  RETURN_IF_ERROR(write_own(client, writing, floor, ceiling));
  TRY(const auto others_ceiling, read_others(client));
  // Better to wait a moment than to store at an instant that is still to come.
  if (joining && others_ceiling - now() < waits_max)
    std::this_thread::sleep_for(others_ceiling - now());
  const std::lock_guard lock(mutex_);
  if (joining) clock_.raise(std::min(others_ceiling, now() + clock_differs_max));
  ceiling_ = ceiling;
  registered_ = writing;
  renewed_ = began;
  return {};
}

Result<void> Horizon::write_own(Client& client, bool writing, Time floor, Time ceiling) {
  ++beat_;
  Bson older, filter, document, update, command;
  older.integer("$lt", beat_);
  // An earlier write that arrives late must not undo this one.
  filter.uuid("_id", self_).object("beat", older);
  document.uuid("_id", self_).integer("beat", beat_).integer("ceiling", count_of(ceiling));
  if (writing) document.integer("floor", count_of(floor));
  update.object("q", filter).object("u", document).flag("upsert", true);
  command.text("update", writers).array("updates", Array().object(update).get());
  TRY(const auto written, client.write_bulk(database_, std::move(command)));
  if (!written.errors.empty())
    return fail(Code::unavailable, "MongoDB refused a command", written.errors[0].message);
  return {};
}

/// Learns the floors of the others; returns their highest ceiling.
Result<Time> Horizon::read_others(Client& client) {
  const auto seen_at = steady_clock::now();
  std::map<Uuid, Other> others;
  std::vector<Uuid> dead;
  Time floor = Time::max(), ceiling{};
  const auto instant = [](View document, const char* key) -> std::optional<Time> {
    const auto there = field(document, key);
    const auto count = there ? there->integer() : std::nullopt;
    return count ? std::optional(Time(microseconds(*count))) : std::nullopt;
  };
  RETURN_IF_ERROR(client.find(database_, writers, {}, {}, [&](View document) {
    const auto key = field(document, "_id");
    const auto id = key ? key->uuid() : std::nullopt;
    if (!id || *id == self_) return true;
    const auto beat = field(document, "beat");
    Other other{beat ? beat->integer().value_or(0) : 0, seen_at};
    const auto known = others_.find(*id);
    if (known != others_.end() && known->second.beat == other.beat)
      other.since = known->second.since;
    others[*id] = other;
    ceiling = std::max(ceiling, instant(document, "ceiling").value_or(Time{}));
    if (seen_at - other.since > dead_after)
      dead.push_back(*id);
    else
      floor = std::min(floor, instant(document, "floor").value_or(Time::max()));
    return true;
  }));
  others_ = std::move(others);
  RETURN_IF_ERROR(remove_dead(client, dead));
  const std::lock_guard lock(mutex_);
  others_floor_ = floor;
  return ceiling;
}

Result<void> Horizon::remove_dead(Client& client, const std::vector<Uuid>& dead) {
  for (const Uuid& id : dead) {
    Bson filter, erase, command;
    filter.uuid("_id", id).integer("beat", others_[id].beat);
    erase.object("q", filter).small("limit", 1);
    command.text("delete", writers).array("deletes", Array().object(erase).get());
    RETURN_IF_ERROR(client.write_bulk(database_, std::move(command)));
  }
  return {};
}

void Horizon::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto idle = [&] { return steady_clock::now() - used_ > used_for; };
    // Its last beat says that it does not write, so that nobody waits for it.
    if (idle() && !registered_) {
      wake_.wait(lock, [&] { return stopping_ || !idle(); });
      continue;
    }
    lock.unlock();
    if (const auto renewed = renew(Deadline::max(), false); !renewed)
      log::debug("lectern.writers: {}: {}", renewed.error().message, renewed.error().detail);
    lock.lock();
    wake_.wait_for(lock, renew_every, [&] { return stopping_; });
  }
}

}  // namespace lectern::store::mongo
