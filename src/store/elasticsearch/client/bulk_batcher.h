#pragma once

#include <string>
#include <vector>

#include "base/concurrency/batch_executor.h"
#include "store/elasticsearch/client/bulk.h"

namespace lectern::store::elasticsearch {

/// Gathers the small writes of many threads into few bulk requests: while some are on their way,
/// what comes waits and goes out together with the next one. Thread-safe.
class BulkBatcher {
 public:
  /// `refresh` as of send_bulk().
  BulkBatcher(Cluster& cluster, std::string index, std::string refresh);

  /// Sends `lines`, which hold `items` actions; returns their outcomes. Errors: as send_bulk();
  /// after unavailable the actions may or may not be carried out, also later.
  Result<std::vector<BulkItem>> send(std::string lines, std::size_t items, Deadline deadline);

 private:
  struct Part {
    std::string lines;
    std::size_t items = 0;
    Result<std::vector<BulkItem>> outcome;
  };
  using Parts = BatchExecutor<Part>::Jobs;

  void send_parts(const Parts& parts, Deadline deadline);

  Cluster& cluster_;
  const std::string index_;
  const std::string refresh_;
  BatchExecutor<Part> executor_;
};

}  // namespace lectern::store::elasticsearch
