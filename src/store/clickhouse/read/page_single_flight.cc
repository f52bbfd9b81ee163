#include "store/clickhouse/read/page_single_flight.h"

namespace lectern::store::clickhouse {
namespace {

std::string key_of(const Filter& filter, const PageRequest& request, std::uint64_t version) {
  std::string key;
  const auto number = [&](std::int64_t value) { key += std::to_string(value) + ' '; };
  const auto instant = [&](const std::optional<Time>& at) {
    number(at ? at->time_since_epoch().count() : INT64_MIN);
  };
  key += std::to_string(version) + ' ';
  instant(filter.since);
  instant(filter.until);
  number(filter.voided_too ? 1 : 0);
  number(request.ascending ? 1 : 0);
  number(static_cast<std::int64_t>(request.rows_max));
  instant(request.after ? std::optional(request.after->stored) : std::nullopt);
  if (request.after) key += request.after->id.text();
  for (const auto& term : filter.all_of) {
    number(static_cast<std::int64_t>(term.value.size()));
    term.append_to(key);
  }
  return key;
}

}  // namespace

Result<Page> PageSingleFlight::read(const Filter& filter, const PageRequest& request,
                                    std::uint64_t version, Deadline deadline, const Read& read) {
  if (!filter.until) return read();
  const auto key = key_of(filter, request, version);
  MutexLock lock(mutex_);
  if (const auto at = under_way_.find(key); at != under_way_.end()) {
    const auto reading = at->second;
    const auto is_done = [&] { return reading->has_value(); };
    if (!done_.wait_until(mutex_, deadline, is_done))
      return fail(Code::unavailable, "The database is too slow", "waited for a page");
    if (**reading) return **reading;
    lock.unlock();
    return read();
  }
  const auto reading = under_way_[key] = std::make_shared<Reading>();
  lock.unlock();
  auto page = read();
  lock.lock();
  *reading = page;
  under_way_.erase(key);
  done_.notify_all();
  return page;
}

}  // namespace lectern::store::clickhouse
