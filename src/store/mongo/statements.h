#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/common/inheritance_watch.h"
#include "store/mongo/database.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// Statements in a MongoDB collection, readable for Ralph (layout.h).
class MongoStatements final : public StatementStore {
 public:
  /// Shared with the documents and the migration: the last of them closes the connections.
  explicit MongoStatements(std::shared_ptr<MongoDatabase> database)
      : database_(std::move(database)) {}

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  Health health() override;

 private:
  InheritanceWatch& watch_of(const std::string& collection);

  std::shared_ptr<MongoDatabase> database_;
  std::atomic<Time> promised_{Time::min()};  // the latest answer of consistent_through()
  Mutex mutex_;
  std::map<std::string, InheritanceWatch> marked_ GUARDED_BY(mutex_);  // by collection
};

}  // namespace lectern::store::mongo
