#include "store/memory/statements.h"

#include "xapi/stamp.h"

namespace lectern::store::memory {

Result<std::vector<AppendOutcome>> MemoryStatements::append(const Context& context,
                                                            std::span<Row> rows,
                                                            OnConflict on_conflict) {
  const MutexLock lock(mutex_);
  auto& table = tables_[context.target];
  auto outcomes = table.decide_outcomes(rows, on_conflict);
  std::vector<Row> fresh;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (outcomes[i] != AppendOutcome::stored) continue;
    rows[i].stored = clock_.next();
    xapi::set_stored(rows[i].json, rows[i].stored_at, rows[i].stored);
    fresh.push_back(rows[i]);
  }
  table.keep(fresh);
  return outcomes;
}

Result<std::vector<StoredStatement>> MemoryStatements::find(const Context& context,
                                                            std::span<const Uuid> ids) {
  const MutexLock lock(mutex_);
  return tables_[context.target].find(ids);
}

Result<Page> MemoryStatements::query(const Context& context, const Filter& filter,
                                     const PageRequest& page) {
  const MutexLock lock(mutex_);
  return tables_[context.target].query(filter, page);
}

Result<Time> MemoryStatements::consistent_through(const Context&) {
  const MutexLock lock(mutex_);
  return clock_.reached();
}

}  // namespace lectern::store::memory
