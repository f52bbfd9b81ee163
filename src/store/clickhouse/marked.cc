#include "store/clickhouse/marked.h"

#include "store/clickhouse/lookup.h"
#include "store/references.h"

namespace lectern::store::clickhouse {

std::optional<bool> Marked::known(const std::optional<Time>& until) const {
  if (any_) return true;
  if (until && micros_of(*until) <= none_through_) return false;
  return std::nullopt;
}

Result<bool> Marked::ask(const std::optional<Time>& until, Deadline deadline) {
  std::unique_lock lock(asking_, std::defer_lock);
  if (deadline == Deadline::max()) {
    lock.lock();
  } else if (!lock.try_lock_until(deadline)) {
    return fail(Code::unavailable, "The database is too slow",
                "asked for marks until the deadline");
  }
  if (const auto told = known(until)) return *told;
  // Before the question: the flush that stored up to there has written its marks.
  const auto through = micros_of(presence_.promised());
  std::string sql = "SELECT stored FROM " + names_.terms + " WHERE term = ";
  append_literal(sql, hash_of(inherits_more));
  TRY(const auto answer, server_.select(sql + " LIMIT 1", deadline));
  RowReader reader(answer);
  if (reader.more()) {
    any_ = true;
  } else {
    none_through_ = through;
  }
  return any_;
}

}  // namespace lectern::store::clickhouse
