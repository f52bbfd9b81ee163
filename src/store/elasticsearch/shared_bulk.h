#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/elasticsearch/bulk.h"

namespace lectern::store::elasticsearch {

/// Gathers the small writes of many threads into few bulk requests: while some are on their way,
/// what comes waits and goes out together with the next one. Thread-safe.
class SharedBulk {
 public:
  /// `refresh` as of send_bulk().
  SharedBulk(Cluster& cluster, std::string index, std::string refresh)
      : cluster_(cluster), index_(std::move(index)), refresh_(std::move(refresh)) {}

  /// Sends `lines`, which hold `items` actions; returns their outcomes. Errors: as send_bulk();
  /// after unavailable the actions may or may not be carried out, also later.
  Result<std::vector<BulkItem>> send(std::string lines, std::size_t items, Deadline deadline);

 private:
  struct Part {
    std::string lines;
    std::size_t items = 0;
    bool done = false;
    Result<std::vector<BulkItem>> outcome;
  };
  using Parts = std::vector<std::shared_ptr<Part>>;  // shared: a sender may give up before its part

  Parts take_locked();
  void send_parts(const Parts& parts, Deadline deadline);

  Cluster& cluster_;
  const std::string index_;
  const std::string refresh_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Parts waiting_;
  int sending_ = 0;
};

}  // namespace lectern::store::elasticsearch
