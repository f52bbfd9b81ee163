#include "store/clickhouse/write/server_clock_watermark.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "store/clickhouse/client/row_binary.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

/// While it writes, a process repeats itself this often, which bounds how far others lag behind.
constexpr std::chrono::milliseconds retell_after{250};

constexpr std::chrono::milliseconds peer_report_age_max{50};

/// Entries are kept for an hour: after a longer pause nobody can tell whether others were quiet.
constexpr std::chrono::minutes pause_max{30};

constexpr std::string_view server_micros = "toInt64(toUnixTimestamp64Micro(now64(6)))";

}  // namespace

ServerClockWatermark::ServerClockWatermark(Server& server, const TableNames& names)
    : server_(server), names_(names) {}

Time ServerClockWatermark::server_now() const {
  const auto steady = std::chrono::floor<microseconds>(Clock::now().time_since_epoch());
  return Time{steady + clock_offset_};
}

Time ServerClockWatermark::next_stored() {
  return last_stored_ = std::max(server_now(), last_stored_ + microseconds{1});
}

Result<void> ServerClockWatermark::follow_clock(Deadline deadline) {
  // The latest row bounds the clock from below, unless it says it is of another day than today:
  // Ralph kept whatever a client sent as `stored`.
  // The same of what others have told, should the clock have been set back.
  const std::string micros(server_micros);
  const auto latest_of = [&](std::string_view column, const std::string& table) {
    return "assumeNotNull((SELECT max(" + std::string(column) + ") FROM " + table + " WHERE " +
           std::string(column) + " < " + micros + " + 86400000000))";
  };
  std::string sql = "SELECT " + micros + ", greatest(" + latest_of("stored", names_.rows) + ", " +
                    latest_of("low", names_.writers) + ")";
  if (clock_known_) sql = "SELECT " + std::string(server_micros) + ", toInt64(0)";
  TRY(const auto answer, server_.select(sql, deadline));
  RowReader reader(answer);
  const auto now_us = microseconds{reader.i64()};
  const Time latest = time_of(reader.i64());
  if (!reader.ok()) return fail(Code::unavailable, "The database is not available", "no clock");
  // Taken after the answer, so the offset errs to the past; `stored` lies above low all the same.
  clock_offset_ = now_us - std::chrono::floor<microseconds>(Clock::now().time_since_epoch());
  last_stored_ = std::max({last_stored_, latest, Time{now_us}});
  clock_known_ = true;
  return {};
}

Result<void> ServerClockWatermark::announce(bool active, Deadline deadline) {
  RowWriter row;
  row.fixed(process_);
  {
    const std::lock_guard lock(mutex_);
    row.i64(micros_of(low_));
  }
  row.u8(active ? 1 : 0);
  std::optional<Time> until;
  // An idle entry does no harm whenever it comes.
  if (active) until = until_;
  RETURN_IF_ERROR(server_.insert({.table = names_.writers,
                                  .columns = "process FixedString(16), low Int64, active UInt8",
                                  .rows = 1,
                                  .body = row.bytes(),
                                  .until = until,
                                  .repeatable = true},
                                 deadline));
  active_ = active;
  told_at_ = Clock::now();
  return {};
}

Result<void> ServerClockWatermark::flush_begins(Deadline deadline) {
  if (!clock_known_) RETURN_IF_ERROR(follow_clock(deadline));
  until_ = server_now() + flush_max;
  const bool tell_again = !active_ || Clock::now() - told_at_ > retell_after;
  {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
    last_stored_ = std::max(last_stored_, promised_);
    // All earlier flushes are done, and what comes is above the instant taken here. Between two
    // tellings low must not move: others know only what was told.
    if (tell_again && !in_doubt_)
      low_ = last_stored_ = std::max({server_now(), last_stored_, low_ + microseconds{1}});
  }
  if (!tell_again) return {};
  const bool woke = !active_;
  RETURN_IF_ERROR(announce(true, deadline));
  // Whoever did not see the entry has promised no more than the instant before it was there.
  return woke ? follow_clock(deadline) : Result<void>{};
}

Result<void> ServerClockWatermark::read_peers(Deadline deadline) {
  const auto asked_at = Clock::now();
  // From before the last question, since an entry may have taken a while to be there.
  const auto from = quiet_ ? std::optional(quiet_->until - silence_max) : std::nullopt;
  TRY(const auto heard, ask_peers(from, server_now(), deadline));
  heard_offset_ = heard.now - Time{std::chrono::floor<microseconds>(heard.at.time_since_epoch())};
  if (!quiet_ || heard.now - quiet_->until > pause_max)
    quiet_ = QuietPeriod{heard.now - silence_max, {}};
  quiet_->until = heard.now;
  if (heard.other) quiet_->since = std::max(quiet_->since, *heard.other);
  const std::lock_guard lock(mutex_);
  peers_read_.emplace(heard.through, asked_at);
  return {};
}

void ServerClockWatermark::flush_ended(bool in_doubt) {
  // Clocks drift apart. As in follow_clock() it errs to the past.
  if (heard_offset_) clock_offset_ = *std::exchange(heard_offset_, std::nullopt);
  const std::lock_guard lock(mutex_);
  flushing_ = false;
  heard_at_ = {};
  if (peers_read_) {
    heard_ = std::max(heard_, peers_read_->first);
    heard_at_ = peers_read_->second;
    peers_read_.reset();
  }
  ++flushes_ended_;
  in_doubt_ = in_doubt;
}

void ServerClockWatermark::settled() {
  const std::lock_guard lock(mutex_);
  in_doubt_ = false;
}

std::uint64_t ServerClockWatermark::flushes_ended() {
  const std::lock_guard lock(mutex_);
  return flushes_ended_;
}

void ServerClockWatermark::go_idle(Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (!active_ || in_doubt_) return;
  }
  if (const auto told = announce(false, deadline); !told)
    log::debug("clickhouse: could not say that nothing is under way: {}", told.error().detail);
}

Result<ServerClockWatermark::PeerReport> ServerClockWatermark::ask_peers(std::optional<Time> from,
                                                                         Time past,
                                                                         Deadline deadline) {
  // A second more than counts, so that all of that is there. One row whatever there is. Without
  // PREWHERE, which costs more than the few rows it saves.
  constexpr auto asked = std::chrono::duration_cast<std::chrono::seconds>(silence_max).count() + 1;
  std::string since = "now64(6) - INTERVAL " + std::to_string(asked) + " SECOND";
  if (from)
    since = "least(" + since + ", fromUnixTimestamp64Micro(" + std::to_string(micros_of(*from)) +
            ", 'UTC'))";
  std::string sql = "SELECT ";
  sql += server_micros;
  sql += ", groupArray((process, toInt64(toUnixTimestamp64Micro(at)), low, active)) FROM " +
         names_.writers + " WHERE at > " + since + " SETTINGS optimize_move_to_prewhere = 0";
  const auto asked_at = Clock::now();
  TRY(const auto answer, server_.select(sql, deadline));
  struct Entry {
    std::int64_t low = INT64_MIN;
    bool idle = false;
    std::int64_t at = 0;
  };
  std::unordered_map<Uuid, Entry> last;  // of each process
  RowReader reader(answer);
  PeerReport heard;
  heard.now = time_of(reader.i64());
  heard.at = Clock::now();
  // The server may have looked at the table somewhat before it looked at its clock: what it did not
  // see by then may have got an instant in between.
  heard.through = std::max(past, heard.now - std::chrono::ceil<microseconds>(heard.at - asked_at));
  for (auto count = reader.size(); count > 0 && reader.ok(); --count) {
    const Uuid process = reader.id();
    const auto at = reader.i64();
    const auto low = reader.i64();
    const Entry entry{low, reader.u8() == 0, at};
    auto& latest = last[process];
    if (std::tie(latest.low, latest.idle, latest.at) <= std::tie(entry.low, entry.idle, entry.at))
      latest = entry;
  }
  if (!reader.ok()) return fail(Code::unavailable, "The database is not available", "no clock");
  for (const auto& [process, entry] : last) {
    if (process == process_) continue;
    const Time at = time_of(entry.at);
    heard.other = heard.other ? std::max(*heard.other, at) : at;
    if (!entry.idle && at > heard.now - silence_max)
      heard.through = std::min(heard.through, time_of(entry.low));
  }
  return heard;
}

Result<Time> ServerClockWatermark::ask_peers_once(std::unique_lock<std::mutex>& lock,
                                                  Deadline deadline) {
  if (Clock::now() < heard_at_ + peer_report_age_max) return heard_;
  if (question_ && !question_->answer && question_->flushes_ended == flushes_ended_) {
    const auto question = question_;
    const auto is_answered = [&] { return question->answer.has_value(); };
    if (deadline == Deadline::max()) {
      answered_.wait(lock, is_answered);
    } else if (!answered_.wait_until(lock, deadline, is_answered)) {
      return fail(Code::unavailable, "The database is too slow", "asked others until the deadline");
    }
    return *question->answer;
  }
  const auto question = question_ = std::make_shared<Question>();
  question->flushes_ended = flushes_ended_;
  lock.unlock();
  const auto ask = [&]() -> Result<Time> {
    TRY(const auto heard, ask_peers(std::nullopt, Time::min(), deadline));
    return heard.through;
  };
  const auto answer = ask();
  lock.lock();
  if (answer && *answer > heard_ && question->flushes_ended == flushes_ended_) {
    heard_ = *answer;
    heard_at_ = question->asked_at;
  }
  question->answer = answer;
  answered_.notify_all();
  return answer;
}

Result<Time> ServerClockWatermark::consistent_through(Deadline deadline) {
  std::unique_lock lock(mutex_);
  TRY(auto through, ask_peers_once(lock, deadline));
  // After the answer: a flush that begins now stores above the instant in it.
  if (flushing_ || in_doubt_) through = std::min(through, low_);
  return promised_ = std::max(promised_, through);
}

Time ServerClockWatermark::promised() {
  const std::lock_guard lock(mutex_);
  return promised_;
}

}  // namespace lectern::store::clickhouse
