#pragma once

#include <vector>

#include "store/elasticsearch/schema/statement_document.h"
#include "store/elasticsearch/write/append_context.h"

namespace lectern::store::elasticsearch {

/// Rows that a batch knows by their ids and whose own batch may yet be taken back. Not thread-safe.
class OthersRows {
 public:
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  /// Nothing where that batch is finished, or has said that the row stays.
  void add(const StatementDocument& there);
  /// Says of those that may still go, and of the caller's `own` with them, that they stay. False:
  /// one is gone.
  Result<bool> share_all(const AppendContext& writing, std::vector<Uuid> own);
  /// Beside a conflict they may be of this very batch, sent before, of which nothing is to stay:
  /// waits until theirs are finished. Errors: unavailable, when they are not in time.
  Result<void> await(const AppendContext& writing);

 private:
  /// Leaves what may yet be taken back.
  Result<void> forget_finished(const AppendContext& writing);

  struct Known {
    Uuid id;
    Time stored;
  };
  std::vector<Known> rows_;
};

}  // namespace lectern::store::elasticsearch
