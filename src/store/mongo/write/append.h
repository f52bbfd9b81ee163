#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "store/mongo/database.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// One append(): inserts all rows at once, asks only about those whose id was there, and takes its
/// own rows away again when the batch is refused.
///
/// A refused batch's rows can be seen by id, never in a list, until they are gone; so long the
/// answer is `unavailable`. Where another request brings one of them in that time, it finds the row
/// and is answered `known`; it marks the row as `shared` first, and a shared row stays.
///
/// Where an answer of MongoDB is lost, the same rows are inserted again until each is there: at
/// once if there is time, else later by a thread of the watermark. A copy of the insert that
/// arrives late then finds every id taken. Where the process was cut off for longer than the others
/// wait, a batch that is not there as a whole by then is taken back instead.
class MongoAppend {
 public:
  MongoAppend(MongoDatabase& database, const Context& context, std::span<Row> rows,
              OnConflict on_conflict)
      : database_(database), context_(context), rows_(rows), on_conflict_(on_conflict) {}

  /// Does it, once. As StatementStore::append().
  Result<std::vector<AppendOutcome>> run();

 private:
  using Steady = std::chrono::steady_clock::time_point;

  void stamp(const VisibilityWatermark::Batch& batch);
  Result<void> finish_or_leave(VisibilityWatermark::Batch& batch);
  std::shared_ptr<MongoAppend> detached() const;
  std::size_t bytes() const;
  Result<bool> finish();
  Result<void> store(Client& client);
  Result<void> find_out(Client& client);
  Result<void> insert_missing(Client& client);
  Result<void> insert_once(Client& client, bool other_id);
  Result<void> look_up(Client& client, const std::vector<std::size_t>& taken);
  bool is_ours(std::size_t index, const StoredStatement& kept) const;
  Result<bool> share(Client& client);
  Result<void> take_back(Client& client);
  Result<void> await_others();
  Result<void> follow_references(Client& client);
  std::vector<std::size_t> missing() const;
  bool has(AppendOutcome outcome) const;
  bool is_to_be_refused() const;
  std::string mark_of(std::size_t index) const;

  MongoDatabase& database_;
  Context context_;
  std::span<Row> rows_;
  std::vector<Row> own_;  // what rows_ is, once the caller has gone
  OnConflict on_conflict_;
  Collection place_;
  std::vector<std::optional<AppendOutcome>> outcomes_;
  std::vector<MarkedRow> of_others_;  // known rows whose batch may not be finished
  std::optional<BatchMark> mark_;
  bool sent_ = false;              // something may have been inserted
  std::optional<Steady> lost_at_;  // when the last answer of an insert was lost
  std::optional<Error> failure_;   // why nothing of it is to stay
  bool refused_ = false;           // for good: only its rows are to be taken back
  bool lapsed_ = false;            // nothing more of it may be inserted
};

}  // namespace lectern::store::mongo
