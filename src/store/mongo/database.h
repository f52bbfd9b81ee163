#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "net/silence_watch.h"
#include "store/mongo/client/client.h"
#include "store/mongo/collection.h"
#include "store/mongo/write/writers.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// What a MongoDB database is opened with.
struct DatabaseSettings {
  PoolSettings pool;
  std::string name;        ///< of the database
  std::string collection;  ///< where the target is ""
};

/// One MongoDB database: its connections, and what every part of this backend shares. Thread-safe.
class MongoDatabase {
 public:
  /// Opens without connecting; a thread makes the default collection's indexes as soon as the
  /// server is there, and says so in the log. Errors: invalid, naming the setting.
  static Result<std::shared_ptr<MongoDatabase>> open(const DatabaseSettings& settings);
  /// Settles what is in doubt, as far as it can.
  ~MongoDatabase();

  Result<Client> lease(const Context& context) { return pool_->lease(context.deadline); }
  /// The collection of a target, for reading. Errors: invalid, for a name that MongoDB or this
  /// layout does not allow.
  Result<Collection> place(const Context& context) const;
  /// Whether a target, which is not empty, can name a collection. Errors: invalid.
  static Result<void> check_target(const std::string& target);
  /// The same for writing: its indexes are there. The first call on a collection makes them.
  Result<Collection> writable(const Context& context);

  const std::string& name() const { return name_; }
  VisibilityWatermark& watermark() { return *watermark_; }
  Pool& pool() { return *pool_; }

 private:
  MongoDatabase() = default;
  Result<bool> make_indexes(const std::string& collection, Deadline deadline);
  Result<void> create(Client& client, const std::string& collection, const Bson& index);
  Result<void> prepare();
  void start();

  std::unique_ptr<Pool> pool_;
  /// Of the watermark: a server that says nothing must not keep it waiting for a whole time-out.
  std::unique_ptr<Pool> watch_pool_;
  std::unique_ptr<net::SilenceWatch> silence_;  // of pool_
  std::string name_;
  std::string default_collection_;
  std::unique_ptr<VisibilityWatermark> watermark_;

  Mutex mutex_;
  Condition wake_;
  // Collections with indexes; whether source ids are unique:
  std::map<std::string, bool> ready_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread starter_;
};

}  // namespace lectern::store::mongo
