#include "store/clickhouse/migration/unmigrated_rows.h"

#include <algorithm>

#include "base/log.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::int64_t ids_at_once = 25'000'000;
constexpr seconds count_max{600};
constexpr seconds sizes_max{3};
constexpr seconds count_again_after{30};

}  // namespace

Result<std::uint64_t> count_missing(Server& server, const TableNames& names,
                                    const std::string& from, Deadline deadline) {
  const auto number = [&](const std::string& sql) -> Result<std::int64_t> {
    TRY(const auto answer, server.select(sql, deadline, count_max));
    RowReader reader(answer);
    const auto value = reader.i64();
    if (!reader.ok()) return unreadable(names.events);
    return value;
  };
  TRY(const auto all, number("SELECT toInt64(count()) FROM " + names.events));
  const auto passes = all / ids_at_once + 1;
  std::uint64_t incomplete = 0;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    const auto share = [&](std::string_view id) {
      return passes == 1 ? std::string()
                         : " WHERE cityHash64(" + std::string(id) + ") % " +
                               std::to_string(passes) + " = " + std::to_string(pass);
    };
    TRY(const auto some,
        number("SELECT toInt64(countIf(id NOT IN (SELECT id FROM " + from + share("id") +
               "))) FROM (SELECT UUIDStringToNum(toString(event_id)) AS id FROM " + names.events +
               ")" + share("id")));
    incomplete += static_cast<std::uint64_t>(some);
  }
  return incomplete;
}

UnmigratedRowMonitor::UnmigratedRowMonitor(Server& server, const TableNames& names)
    : server_(server), names_(names), thread_([this] { work(); }) {}

UnmigratedRowMonitor::~UnmigratedRowMonitor() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<UnmigratedRowMonitor::Sizes> UnmigratedRowMonitor::sizes(Deadline deadline) {
  TRY(const auto answer,
      server_.select("SELECT toUInt8(0), toInt64(count()) FROM " + names_.events +
                         " UNION ALL SELECT toUInt8(1), toInt64(count()) FROM " + names_.rows,
                     deadline));
  RowReader reader(answer);
  Sizes sizes;
  for (int i = 0; i < 2; ++i) {
    auto& size = reader.u8() == 0 ? sizes.events : sizes.rows;
    size = reader.i64();
  }
  if (!reader.ok()) return unreadable(names_.events);
  return sizes;
}

Result<bool> UnmigratedRowMonitor::may_hold_foreign(Deadline deadline) {
  TRY(const auto now, sizes(deadline));
  const MutexLock lock(mutex_);
  last_seen_ = now.difference();
  if (complete_difference_ && *complete_difference_ == now.difference()) return false;
  wanted_ = true;
  changed_.notify_all();
  return true;
}

Result<std::int64_t> UnmigratedRowMonitor::difference_between_flushes() {
  {
    const MutexLock lock(mutex_);
    if (last_seen_) return *last_seen_;
  }
  // A short call, so that a server that hangs does not hold up the end of the program.
  TRY(const auto now, sizes(Clock::now() + sizes_max));
  return now.difference();
}

void UnmigratedRowMonitor::recount() {
  // What comes into Ralph's table behind this point is counted, or makes the difference another.
  const auto difference = difference_between_flushes();
  if (!difference) return;
  const auto foreign = count_missing(server_, names_, names_.ids, Clock::now() + count_max);
  if (!foreign) {
    log::debug("clickhouse: could not count the rows of {}", names_.events);
    return;
  }
  if (*foreign > 0)
    log::info(
        "clickhouse: {} rows in {} were not written by Lectern: they are found by id; "
        "`lectern migrate` makes them listed too",
        *foreign, names_.events);
  const MutexLock lock(mutex_);
  complete_difference_.reset();
  if (*foreign == 0) complete_difference_ = *difference;
}

void UnmigratedRowMonitor::work() {
  MutexLock lock(mutex_);
  while (!stop_) {
    changed_.wait(mutex_, [&]() REQUIRES(mutex_) { return stop_ || wanted_; });
    if (stop_) return;
    wanted_ = false;
    lock.unlock();
    recount();
    lock.lock();
    // Not again at once, however many writers are unsure.
    if (!complete_difference_)
      changed_.wait_for(mutex_, count_again_after, [&]() REQUIRES(mutex_) { return stop_; });
  }
}

}  // namespace lectern::store::clickhouse
