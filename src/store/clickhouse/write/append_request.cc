#include "store/clickhouse/write/append_request.h"

namespace lectern::store::clickhouse {

AppendRequest::AppendRequest(std::vector<Row> all, OnConflict conflict, Deadline until,
                             bool completing)
    : rows(std::move(all)), on_conflict(conflict), deadline(until), completes(completing) {
  hashes.reserve(rows.size());
  for (const Row& row : rows) {
    auto& of_row = hashes.emplace_back();
    of_row.reserve(row.terms.size());
    for (const auto& term : row.terms) of_row.push_back(hash_of(term));
    bytes += row.json.size();
  }
}

Result<std::vector<AppendOutcome>> AppendRequest::wait() {
  const MutexLock lock(mutex_);
  const auto is_done = [&]() REQUIRES(mutex_) { return outcome_.has_value(); };
  if (!changed_.wait_until(mutex_, deadline, is_done))
    return fail(Code::unavailable, "The database is too slow", "append() passed its deadline");
  return std::move(*outcome_);
}

void AppendRequest::finish(Result<std::vector<AppendOutcome>> outcome) {
  const MutexLock lock(mutex_);
  if (!outcome_) outcome_ = std::move(outcome);
  changed_.notify_all();
}

bool AppendRequest::finished() {
  const MutexLock lock(mutex_);
  return outcome_.has_value();
}

}  // namespace lectern::store::clickhouse
