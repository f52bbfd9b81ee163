#include "store/mongo/open.h"

#include "store/common/clock_check.h"
#include "store/mongo/database.h"
#include "store/mongo/documents.h"
#include "store/mongo/migration.h"
#include "store/mongo/settings.h"
#include "store/mongo/statements.h"
#include "store/mongo/writers.h"

namespace lectern::store::mongo {

Result<Stores> open_mongo(const StoreSettings& settings) {
  const auto its = database_settings(settings);
  TRY(const auto database, MongoDatabase::open(its));
  // Its lists rest on its own clock, beside those of other processes (docs/CONSISTENCY.md, W14).
  MongoWriters clock(database->pool(), "", Uuid{});
  RETURN_IF_ERROR(
      check_clock_at_start([&](Deadline deadline) { return clock.database_now(deadline); }));
  auto location = "MongoDB " + database->pool().hosts() + ", " + its.name + "." + its.collection;
  return Stores{std::make_unique<MongoStatements>(database),
                std::make_unique<MongoDocuments>(database),
                std::make_unique<MongoMigration>(database), std::move(location)};
}

Result<void> check_target(const StoreSettings&, const std::string& target) {
  return MongoDatabase::check_target(target);
}

}  // namespace lectern::store::mongo
