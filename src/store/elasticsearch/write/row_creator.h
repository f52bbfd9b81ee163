#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/elasticsearch/schema/statement_document.h"
#include "store/elasticsearch/write/append_context.h"

namespace lectern::store::elasticsearch {

/// A row that is to be created, with the mark of its batch.
struct RowToCreate {
  const Row* row;
  std::string mark;
};

/// Creates the new rows of one batch in the index. Where the cluster is busy it waits and tries
/// again; where the index refuses a statement as it is, it is stored without its members in view. A
/// copy goes on where it stands. Not thread-safe.
class RowCreator {
 public:
  RowCreator(Cluster& cluster, TargetIndex& target) : cluster_(cluster), target_(target) {}

  /// Creates all; items() has what became of each, unless failure() says why nothing is to stay.
  /// Errors: it is not known what became of them.
  Result<void> create(const std::vector<RowToCreate>& rows, Deadline deadline);
  /// In the order of the rows.
  const std::vector<BulkItem>& items() const { return items_; }

  /// Nothing of the batch is to stay: failure(). Where it may be there in part or as a whole, since
  /// an answer was lost, that is an error instead, and it is tried again.
  Result<void> give_up(Error error);
  /// Nothing of the batch is to stay, whatever was lost.
  void give_up_for_good(Error error) { failure_ = std::move(error); }
  const std::optional<Error>& failure() const { return failure_; }

  /// Whether a request whose answer was lost may still create rows.
  bool may_create_late() const;

 private:
  using Places = std::vector<std::size_t>;

  Result<void> create_some(const std::vector<RowToCreate>& rows, const Places& places,
                           bool with_statement, Deadline deadline);
  Result<void> create_bare(const std::vector<RowToCreate>& rows, const Places& places,
                           Deadline deadline);

  Cluster& cluster_;
  TargetIndex& target_;
  std::vector<BulkItem> items_;
  std::optional<std::chrono::steady_clock::time_point> lost_at_;  // when the last answer was lost
  std::optional<Error> failure_;
};

}  // namespace lectern::store::elasticsearch
