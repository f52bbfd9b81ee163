#include "store/mongo/open.h"

#include "store/common/watermark/clock_check.h"
#include "store/mongo/blobs.h"
#include "store/mongo/database.h"
#include "store/mongo/documents.h"
#include "store/mongo/migration.h"
#include "store/mongo/settings.h"
#include "store/mongo/statements.h"
#include "store/mongo/write/writers.h"

namespace lectern::store::mongo {

Result<Stores> open_mongo(const StoreSettings& settings) {
  const auto its = database_settings(settings);
  TRY(const auto database, MongoDatabase::open(its));
  // Its lists rest on its own clock, beside those of other processes (docs/CONSISTENCY.md, W14).
  MongoWriters clock(database->pool(), "", Uuid{});
  RETURN_IF_ERROR(
      check_clock_at_start([&](Deadline deadline) { return clock.database_now(deadline); }));
  auto location = "MongoDB " + database->pool().hosts() + ", " + its.name + "." + its.collection;
  Stores stores;
  stores.statements = std::make_unique<MongoStatements>(database);
  stores.documents = std::make_unique<MongoDocuments>(database);
  stores.blobs = std::make_unique<MongoBlobs>(database);
  stores.migration = std::make_unique<MongoMigration>(database);
  stores.location = std::move(location);
  return stores;
}

Result<void> check_target(const StoreSettings&, const std::string& target) {
  return MongoDatabase::check_target(target);
}

}  // namespace lectern::store::mongo
