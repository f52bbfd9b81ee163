#pragma once

#include "store/clickhouse/statements.h"
#include "store/migration.h"

namespace lectern::store::clickhouse {

/// Completes the rows of Ralph's table that lack our part, in its order. What is complete is
/// passed over by its id, so a run that was stopped goes on where it was.
class ClickHouseMigration final : public Migration {
 public:
  /// `statements` must outlive it.
  explicit ClickHouseMigration(ClickHouseStatements& statements) : statements_(statements) {}

  Result<std::uint64_t> count(const Context& context) override;
  Result<MigrationProgress> run(
      const Context& context, bool dry_run,
      const std::function<bool(const MigrationProgress&)>& report) override;

 private:
  /// A place in the order of Ralph's table, which sorts UUIDs in its own way.
  struct EventCursor {
    std::int64_t emission_us = INT64_MIN;
    Uuid id;
  };
  Result<std::vector<EventCursor>> next_events(TargetTables& table,
                                               const std::optional<EventCursor>& after,
                                               Deadline deadline);
  Result<void> complete(TargetTables& table, std::span<const EventCursor> places, bool dry_run,
                        MigrationProgress& progress, Deadline deadline);

  ClickHouseStatements& statements_;
};

}  // namespace lectern::store::clickhouse
