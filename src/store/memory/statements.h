#pragma once

#include <map>

#include "base/concurrency/mutex.h"
#include "store/common/statement_table.h"
#include "store/common/watermark/stored_clock.h"
#include "store/statement_store.h"

namespace lectern::store::memory {

/// Statements in this process's memory, gone with it: the reference that other stores are compared
/// with, and good for tests and trials.
class MemoryStatements final : public StatementStore {
 public:
  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  Health health() override { return Health::ok; }

 private:
  Mutex mutex_;
  std::map<std::string, StatementTable> tables_ GUARDED_BY(mutex_);  // by target
  StoredClock clock_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::memory
