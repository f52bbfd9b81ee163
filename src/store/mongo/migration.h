#pragma once

#include <memory>

#include "store/migration.h"
#include "store/mongo/database.h"

namespace lectern::store::mongo {

/// Gives every row that Ralph wrote the part that is ours (layout.h); `_id` and `_source` stay as
/// they are, so Ralph goes on reading them. What is completed lacks nothing any more, which is why
/// a migration that was stopped goes on where it was.
class MongoMigration final : public Migration {
 public:
  explicit MongoMigration(std::shared_ptr<MongoDatabase> database)
      : database_(std::move(database)) {}

  Result<std::uint64_t> count(const Context& context) override;
  Result<MigrationProgress> run(
      const Context& context, bool dry_run,
      const std::function<bool(const MigrationProgress&)>& report) override;

 private:
  std::shared_ptr<MongoDatabase> database_;
};

}  // namespace lectern::store::mongo
