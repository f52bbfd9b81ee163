#include "store/clickhouse/presence.h"

#include <algorithm>

#include "base/log.h"
#include "store/clickhouse/row_binary.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

/// While it writes, a process repeats itself this often, which bounds how far others lag behind.
constexpr std::chrono::milliseconds retell_after{250};

constexpr std::chrono::milliseconds heard_max{50};

constexpr std::string_view server_micros = "toInt64(toUnixTimestamp64Micro(now64(6)))";

}  // namespace

Presence::Presence(Server& server, const Names& names) : server_(server), names_(names) {}

Time Presence::server_now() const {
  const auto steady = std::chrono::floor<microseconds>(Clock::now().time_since_epoch());
  return Time{steady + clock_offset_};
}

Time Presence::next_stored() {
  return last_stored_ = std::max(server_now(), last_stored_ + microseconds{1});
}

Result<void> Presence::follow_clock(Deadline deadline) {
  // The latest row bounds the clock from below, unless it claims to be of another day than today:
  // Ralph kept whatever a client sent as `stored`.
  std::string sql = "SELECT ";
  sql += server_micros;
  sql += ", assumeNotNull((SELECT max(stored) FROM " + names_.rows + " WHERE stored < ";
  sql += server_micros;
  sql += " + 86400000000))";
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

Result<void> Presence::tell(bool active, Deadline deadline) {
  RowWriter row;
  row.fixed(process_);
  {
    const std::lock_guard lock(mutex_);
    row.i64(micros_of(low_));
  }
  row.u8(active ? 1 : 0);
  RETURN_IF_ERROR(
      server_.insert(names_.writers + " (process, low, active)", 1, row.bytes(), deadline));
  active_ = active;
  told_at_ = Clock::now();
  return {};
}

Result<void> Presence::flush_begins(Deadline deadline) {
  if (!clock_known_) RETURN_IF_ERROR(follow_clock(deadline));
  const bool tell_again = !active_ || Clock::now() - told_at_ > retell_after;
  {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
    last_stored_ = std::max(last_stored_, promised_);
    // All earlier flushes are done, and what comes is above the instant taken here. Between two
    // tellings low must not move: others know only what was told.
    if (tell_again && Clock::now() > doubt_until_)
      low_ = last_stored_ = std::max(server_now(), last_stored_);
  }
  if (!tell_again) return {};
  const bool woke = !active_;
  RETURN_IF_ERROR(tell(true, deadline));
  // Whoever did not see the entry has promised no more than the instant before it was there.
  return woke ? follow_clock(deadline) : Result<void>{};
}

void Presence::flush_ended(bool in_doubt) {
  const std::lock_guard lock(mutex_);
  flushing_ = false;
  heard_at_ = {};
  ++flushes_ended_;
  if (in_doubt) doubt_until_ = Clock::now() + silence_max;
}

void Presence::rest(Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (!active_ || Clock::now() <= doubt_until_) return;
  }
  if (const auto told = tell(false, deadline); !told)
    log::debug("clickhouse: could not say that nothing is under way: {}", told.error().detail);
}

Result<Time> Presence::ask_others(Deadline deadline) {
  std::string sql = "SELECT ";
  sql += server_micros;
  sql += ", argMax(low, at), argMax(active, at) FROM " + names_.writers + " WHERE process != ";
  append_literal(sql, process_.bytes);
  sql += " AND at > now64(6) - INTERVAL " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silence_max).count()) +
         " SECOND GROUP BY process UNION ALL SELECT ";
  sql += server_micros;
  sql += ", toInt64(0), toUInt8(0)";
  TRY(const auto answer, server_.select(sql, deadline));
  Time through = Time::max();
  RowReader reader(answer);
  while (reader.more()) {
    const Time now = time_of(reader.i64());
    const Time low = time_of(reader.i64());
    through = std::min(through, reader.u8() != 0 ? low : now);
  }
  if (!reader.ok() || through == Time::max())
    return fail(Code::unavailable, "The database is not available", "no clock");
  return through;
}

Result<Time> Presence::consistent_through(Deadline deadline) {
  const auto asked_at = Clock::now();
  Time through;
  std::uint64_t ended_before = 0;
  {
    const std::lock_guard lock(mutex_);
    ended_before = flushes_ended_;
    if (asked_at < heard_at_ + heard_max) through = heard_;
  }
  const bool heard = through != Time{};
  if (!heard) {
    TRY(through, ask_others(deadline));
  }
  // After the answer: a flush that begins now stores above the instant in it.
  const std::lock_guard lock(mutex_);
  if (!heard && through > heard_ && ended_before == flushes_ended_) {
    heard_ = through;
    heard_at_ = asked_at;
  }
  if (flushing_ || Clock::now() <= doubt_until_) through = std::min(through, low_);
  promised_ = std::max(promised_, through);
  return through;
}

}  // namespace lectern::store::clickhouse
