#pragma once

#include <map>
#include <memory>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/settings.h"
#include "store/clickhouse/target.h"

namespace lectern::store::clickhouse {

/// Statements in ClickHouse, in Ralph's table and in tables of ours beside it
/// (store/clickhouse/schema/layout.h). A target is another table, `table` or `database.table`.
/// docs/clickhouse.md says what that gives.
class ClickHouseStatements final : public StatementStore {
 public:
  /// Asks nothing of the server: tables are made when they are first needed.
  explicit ClickHouseStatements(ClickHouseSettings options);

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  /// Whether the server's clock is near enough; one that does not answer yet is no error (W14).
  Result<void> check_clock();
  /// Whether Ralph's table is one that we can write beside (store/clickhouse/schema/layout.h,
  /// refuse_replicated).
  Result<void> check_replication();
  Health health() override;

  /// The table of a target; lives as long as the store. Errors: invalid.
  Result<TargetTables*> target_of(const std::string& target);

 private:
  const ClickHouseSettings options_;
  Server server_;
  TextCache texts_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<TargetTables>> targets_ GUARDED_BY(mutex_);  // by target
};

}  // namespace lectern::store::clickhouse
