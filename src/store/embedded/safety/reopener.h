#pragma once

#include <thread>

#include "base/concurrency/mutex.h"
#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// The thread that brings a database back to work after a write failed: for want of descriptors,
/// room or memory, which pass. The database is opened anew once there is room for it: RocksDB's own
/// ways to resume do not heal a log that could not be begun. Reads go on meanwhile, but for the
/// moment of opening. The database lives longer.
class Reopener {
 public:
  explicit Reopener(Database& database);
  ~Reopener();
  Reopener(const Reopener&) = delete;
  Reopener& operator=(const Reopener&) = delete;

 private:
  void work();
  /// Whether the database works again.
  bool heal();

  Database& database_;
  Mutex mutex_;
  Condition changed_;
  bool failed_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::embedded
