#pragma once

#include <thread>

#include "base/concurrency/mutex.h"
#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// Joins the files of bodies. Their keys come in order, so RocksDB only moves them to where they
/// stay, as small as they were flushed; a page would then open a hundred, and a store of 10^8
/// statements thousands. Each byte is written once more.
///
/// One step: the first sixteen small files that lie side by side become one. Returns whether there
/// were as many. Errors: unavailable where RocksDB is at work on one of them, or cannot write.
Result<bool> join_small_files(Database& database);

/// The thread that does so from time to time, until it is destroyed.
class FileJoiner {
 public:
  explicit FileJoiner(Database& database);
  ~FileJoiner();
  FileJoiner(const FileJoiner&) = delete;
  FileJoiner& operator=(const FileJoiner&) = delete;

 private:
  void work();
  Result<bool> join_when_open();

  Database& database_;
  Mutex mutex_;
  Condition stopped_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lectern::store::embedded
