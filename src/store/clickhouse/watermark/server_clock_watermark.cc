#include "store/clickhouse/watermark/server_clock_watermark.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/log.h"

namespace lectern::store::clickhouse {
namespace {

using std::chrono::microseconds;

/// While it writes, a process repeats itself this often, which bounds how far others lag behind.
constexpr std::chrono::milliseconds retell_after{250};

constexpr std::chrono::milliseconds peer_report_age_max{50};

constexpr std::chrono::milliseconds alone_poll{20};

/// Who has not said anything for so long may be taken for dead before it says something again: the
/// server's clock may have been put forward meanwhile.
constexpr std::chrono::milliseconds heard_of_for = silence_max - std::chrono::milliseconds{5'000};

/// For how long after it was told that one is alone others wait for it, should the server's clock
/// be put forward meanwhile.
constexpr std::chrono::seconds others_wait_for = alone_counts - std::chrono::seconds{5};

/// Entries are kept for an hour: after a longer pause nobody can tell whether others were quiet.
constexpr std::chrono::minutes pause_max{30};

/// What each process said last.
std::unordered_map<Uuid, const Announcement*> last_of_each(const WritersTable::Told& told) {
  std::unordered_map<Uuid, const Announcement*> last;
  const auto order = [](const Announcement& entry) {
    return std::tuple(entry.low, !entry.alone, !entry.active, entry.at);
  };
  for (const Announcement& entry : told.entries) {
    const auto [latest, is_first] = last.emplace(entry.process, &entry);
    if (!is_first && order(*latest->second) <= order(entry)) latest->second = &entry;
  }
  return last;
}

}  // namespace

ServerClockWatermark::ServerClockWatermark(std::unique_ptr<WritersTable> writers, Uuid process,
                                           Timing& timing)
    : writers_(std::move(writers)), process_(process), timing_(timing) {}

microseconds ServerClockWatermark::steady_micros(Timing::Steady instant) {
  return std::chrono::floor<microseconds>(instant.time_since_epoch());
}

Time ServerClockWatermark::server_now() const {
  return Time{steady_micros(timing_.steady()) + clock_offset_};
}

Time ServerClockWatermark::next_stored() {
  return last_stored_ = std::max(server_now(), last_stored_ + microseconds{1});
}

bool ServerClockWatermark::others_wait() const {
  return timing_.steady() - told_at_ < others_wait_for;
}

Result<void> ServerClockWatermark::follow_clock(Deadline deadline) {
  WritersTable::Beginning clock;
  if (clock_known_) {
    TRY(clock.now, writers_->clock(deadline));
  } else {
    TRY(clock, writers_->beginning(deadline));
  }
  // Taken after the answer, so the offset errs to the past; `stored` lies above low all the same.
  clock_offset_ = clock.now - Time{steady_micros(timing_.steady())};
  last_stored_ = std::max({last_stored_, clock.latest, clock.now});
  clock_known_ = true;
  return {};
}

Result<void> ServerClockWatermark::announce(Update what, Deadline deadline) {
  const bool active = what != Update::idle, alone = what == Update::alone;
  Announcement entry{process_, {}, active, {}, alone};
  {
    const MutexLock lock(mutex_);
    entry.low = low_;
  }
  std::optional<Time> until;
  // An idle entry does no harm whenever it comes.
  if (active) until = until_;
  const auto began = timing_.steady();
  if (alone) alone_until_ = server_now() + alone_max;
  told_alone_ = false;
  said_alone_ = alone;
  RETURN_IF_ERROR(writers_->tell(entry, until, deadline));
  active_ = active;
  told_alone_ = alone;
  told_at_ = began;
  return {};
}

Result<void> ServerClockWatermark::wait_for_who_is_alone(Deadline deadline) {
  for (;;) {
    TRY(const auto told, writers_->read(alone_counts, std::nullopt, deadline));
    const auto last = last_of_each(told);
    if (std::none_of(last.begin(), last.end(), [&](const auto& one) {
          return one.first != process_ && one.second->alone &&
                 one.second->at > told.now - alone_counts;
        }))
      return {};
    // Two that wake up at once would wait for each other.
    if (told_alone_) RETURN_IF_ERROR(announce(Update::active, deadline));
    if (timing_.steady() + alone_poll >= deadline)
      return fail(Code::unavailable, "The database is too slow",
                  "another process was alone, and has not answered in time");
    timing_.sleep_for(alone_poll);
  }
}

Result<void> ServerClockWatermark::flush_begins(Deadline deadline, bool alone) {
  if (!clock_known_ || clock_is_doubtful_) RETURN_IF_ERROR(follow_clock(deadline));
  until_ = server_now() + flush_max;
  bool tell_again = !active_ || timing_.steady() - told_at_ > retell_after;
  {
    const MutexLock lock(mutex_);
    // With a low that must not move it would stand before what was said already.
    alone = alone && (said_alone_ || !in_doubt_);
    tell_again = tell_again || alone != told_alone_ || !has_joined_;
    flushing_ = true;
    last_stored_ = std::max(last_stored_, promised_);
    // All earlier flushes are done, and what comes is above the instant taken here. Between two
    // tellings low must not move: others know only what was told.
    if (tell_again && !in_doubt_)
      low_ = last_stored_ = std::max({server_now(), last_stored_, low_ + microseconds{1}});
  }
  if (!tell_again) return {};
  if (!active_) has_joined_ = false;
  const auto last_told = told_at_;
  // Where the server takes nothing of us its clock may be far from where we think it is.
  clock_is_doubtful_ = true;
  RETURN_IF_ERROR(announce(alone ? Update::alone : Update::active, deadline));
  // As of the answer, since the entry may have been long on its way.
  if (timing_.steady() - last_told > heard_of_for) has_joined_ = false;
  if (!has_joined_) {
    RETURN_IF_ERROR(wait_for_who_is_alone(deadline));
    // Whoever did not see the entry has promised no more than the instant before it was there.
    RETURN_IF_ERROR(follow_clock(deadline));
    has_joined_ = true;
  }
  clock_is_doubtful_ = false;
  return {};
}

Result<void> ServerClockWatermark::read_peers(Deadline deadline) {
  const auto asked_at = timing_.steady();
  // From before the last question, since an entry may have taken a while to be there.
  const auto from = quiet_ ? std::optional(quiet_->until - silence_max) : std::nullopt;
  TRY(const auto heard, ask_peers(from, server_now(), deadline));
  heard_offset_ = heard.now - Time{steady_micros(heard.at)};
  if (!quiet_ || heard.now - quiet_->until > pause_max)
    quiet_ = QuietPeriod{heard.now - silence_max, {}};
  quiet_->until = heard.now;
  if (heard.other) quiet_->since = std::max(quiet_->since, *heard.other);
  const MutexLock lock(mutex_);
  peers_read_ = PeersRead{heard.through, asked_at, !heard.other};
  return {};
}

void ServerClockWatermark::flush_ended(bool in_doubt) {
  // Clocks drift apart. As in follow_clock() it errs to the past.
  if (heard_offset_) clock_offset_ = *std::exchange(heard_offset_, std::nullopt);
  const MutexLock lock(mutex_);
  flushing_ = false;
  heard_at_ = {};
  if (peers_read_) {
    heard_ = std::max(heard_, peers_read_->through);
    // What others store should be found soon; where nobody else does, the answer reaches all there
    // is, however long the flush took since.
    heard_at_ = peers_read_->is_alone ? timing_.steady() : peers_read_->asked_at;
    peers_read_.reset();
  }
  ++flushes_ended_;
  in_doubt_ = in_doubt;
}

void ServerClockWatermark::settled() {
  const MutexLock lock(mutex_);
  in_doubt_ = false;
}

std::uint64_t ServerClockWatermark::flushes_ended() {
  const MutexLock lock(mutex_);
  return flushes_ended_;
}

void ServerClockWatermark::go_idle(Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    if (!active_ || in_doubt_) return;
  }
  has_joined_ = false;  // others may take it for idle, whether or not an answer comes
  if (const auto told = announce(Update::idle, deadline); !told)
    log::debug("clickhouse: could not say that nothing is under way: {}", told.error().detail);
}

Result<ServerClockWatermark::PeerReport> ServerClockWatermark::ask_peers(std::optional<Time> from,
                                                                         Time past,
                                                                         Deadline deadline) {
  // A second more than counts, so that all of that is there.
  constexpr auto asked =
      std::chrono::duration_cast<std::chrono::seconds>(silence_max) + std::chrono::seconds{1};
  const auto asked_at = timing_.steady();
  TRY(const auto told, writers_->read(asked, from, deadline));
  PeerReport heard;
  heard.now = told.now;
  heard.at = timing_.steady();
  // The server may have looked at the table somewhat before it looked at its clock: what it did not
  // see by then may have got an instant in between.
  heard.through = std::max(past, heard.now - std::chrono::ceil<microseconds>(heard.at - asked_at));
  for (const auto& [process, entry] : last_of_each(told)) {
    if (process == process_) continue;
    heard.other = heard.other ? std::max(*heard.other, entry->at) : entry->at;
    if (entry->active && entry->at > heard.now - silence_max)
      heard.through = std::min(heard.through, entry->low);
  }
  return heard;
}

Result<Time> ServerClockWatermark::ask_peers_once(Deadline deadline) {
  if (timing_.steady() < heard_at_ + peer_report_age_max) return heard_;
  if (question_ && !question_->answer && question_->flushes_ended == flushes_ended_) {
    const auto question = question_;
    while (!question->answer) {
      if (timing_.steady() >= deadline)
        return fail(Code::unavailable, "The database is too slow",
                    "asked others until the deadline");
      timing_.wait_until(answered_, mutex_, deadline);
    }
    return *question->answer;
  }
  const auto question = question_ = std::make_shared<Question>();
  question->asked_at = timing_.steady();
  question->flushes_ended = flushes_ended_;
  mutex_.unlock();
  const auto ask = [&]() -> Result<Time> {
    TRY(const auto heard, ask_peers(std::nullopt, Time::min(), deadline));
    return heard.through;
  };
  const auto answer = ask();
  mutex_.lock();
  if (answer && *answer > heard_ && question->flushes_ended == flushes_ended_) {
    heard_ = *answer;
    heard_at_ = question->asked_at;
  }
  question->answer = answer;
  timing_.notify_all(answered_);
  return answer;
}

Result<Time> ServerClockWatermark::consistent_through(Deadline deadline) {
  const MutexLock lock(mutex_);
  TRY(auto through, ask_peers_once(deadline));
  // After the answer: a flush that begins now stores above the instant in it.
  if (flushing_ || in_doubt_) through = std::min(through, low_);
  return promised_ = std::max(promised_, through);
}

Time ServerClockWatermark::promised() {
  const MutexLock lock(mutex_);
  return promised_;
}

}  // namespace lectern::store::clickhouse
