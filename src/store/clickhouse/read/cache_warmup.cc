#include "store/clickhouse/read/cache_warmup.h"

#include <algorithm>
#include <chrono>

#include "base/concurrency/mutex.h"
#include "base/log.h"
#include "store/clickhouse/client/key_list.h"
#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

/// What a text and its place take in memory, so that it is known how many there is room for.
constexpr std::size_t text_bytes_guess = 370;
constexpr std::size_t rows_at_once = 2'000;
/// Longer ones are left to who asks for them.
constexpr std::size_t text_bytes_max = 16 * 1024;
// A short call, so that a server that hangs does not hold up the end of the program.
constexpr std::chrono::seconds call_max{5};

void pause(const std::stop_token& stop, Clock::duration time) {
  Mutex mutex;  // nobody else has it
  StoppableCondition never;
  const MutexLock lock(mutex);
  never.wait_for(mutex, stop, time);
}

/// The condition on rows at a place and behind it, or behind it only.
std::string from(const xapi::Position& place, bool inclusive) {
  const auto stored = std::to_string(micros_of(place.stored));
  return " WHERE stored >= " + stored + " AND (stored > " + stored + " OR id " +
         (inclusive ? ">= " : "> ") + literal(place.id) + ")";
}

}  // namespace

CacheWarmup::CacheWarmup(Server& server, const TableNames& names, IndexTexts texts)
    : server_(server), names_(names), texts_(texts) {}

void CacheWarmup::begin() {
  if (!begun_.test_and_set())
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void CacheWarmup::run(const std::stop_token& stop) {
  auto where = where_to_begin();
  while (where && !where->empty() && !stop.stop_requested()) {
    const auto begun = Clock::now();
    where = read_behind(*where);
    pause(stop, Clock::now() - begun);
  }
  if (!where)
    log::debug("clickhouse: could not read the newest of {}: {}", names_.rows,
               where.error().detail);
}

/// Oldest first, since what was kept first gives way first.
Result<std::string> CacheWarmup::where_to_begin() {
  const auto rows_max = texts_.all().free_bytes() / text_bytes_guess;
  if (rows_max == 0) return std::string{};
  TRY(const auto answer,
      server_.select("SELECT stored, id FROM " + names_.rows +
                         " ORDER BY stored DESC, id DESC LIMIT 1 OFFSET " +
                         std::to_string(rows_max - 1) + " SETTINGS max_block_size = 512",
                     Clock::now() + call_max));
  RowReader reader(answer);
  if (!reader.more()) return std::string(" WHERE 1");
  const Time stored = time_of(reader.i64());
  const xapi::Position place{stored, reader.id()};
  if (!reader.ok()) return unreadable(names_.rows);
  return from(place, true);
}

/// Where to go on; empty at the end.
Result<std::string> CacheWarmup::read_behind(const std::string& where) {
  TRY(const auto answer,
      server_.select("SELECT stored, id, flags, if(length(event) > " +
                         std::to_string(text_bytes_max) + ", '', event) FROM " + names_.rows +
                         where + " ORDER BY stored, id LIMIT " + std::to_string(rows_at_once) +
                         " SETTINGS max_block_size = 512",
                     Clock::now() + call_max));
  std::vector<TextCache::Text> texts;
  std::size_t rows = 0;
  xapi::Position place;
  RowReader reader(answer);
  for (; reader.more(); ++rows) {
    place.stored = time_of(reader.i64());
    place.id = reader.id();
    const auto flags = reader.u8();
    if (const auto text = reader.string(); !text.empty())
      texts.push_back(texts_.text(place, std::string(text), flags));
  }
  if (!reader.ok()) return unreadable(names_.rows);
  auto next = rows == rows_at_once ? from(place, false) : std::string{};
  texts_.keep(std::move(texts));
  texts_.all().flush();
  return next;
}

}  // namespace lectern::store::clickhouse
