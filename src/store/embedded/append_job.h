#pragma once

#include <memory>
#include <span>
#include <vector>

#include "store/embedded/committer.h"
#include "store/embedded/reference_batch.h"
#include "store/embedded/values.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// One call of append(). What needs no order is worked out in the caller's thread, on construction.
class AppendJob final : public Job {
 public:
  AppendJob(const Database& database, TargetNumber target, std::span<Row> rows,
            OnConflict on_conflict, Deadline deadline);

  Result<Step> prepare(Group& group, StoredClock& clock) override;

  /// One for each row, once the job is done.
  std::vector<Verdict>& verdicts() { return verdicts_; }

 private:
  /// The work on references for the rows that are to be stored, which may take several slices.
  struct References {
    std::vector<Verdict> verdicts;  // by which those rows were chosen
    std::vector<Row> some;          // if not all of them are: without their texts
    std::unique_ptr<ReferenceBatch> batch;
    bool begun = false;  // a slice is written
    bool done = false;
  };

  Result<void> look_up();
  Result<void> judge();
  /// Whether a new row refers, or is referred to already.
  bool has_references() const;
  Result<Step> prepare_references(Group& group, StoredClock& clock);
  void begin_references();
  void give_stored(Group& group, StoredClock& clock);
  std::optional<VerbMark> verb_mark(std::size_t index) const;
  void write_row(Group& group, std::size_t index, bool voided);
  Result<void> write_reference(Group& group, const Row& row);

  const Database& database_;
  const TargetNumber target_;
  const std::span<Row> rows_;
  const OnConflict on_conflict_;
  const Deadline deadline_;
  std::vector<std::string> id_keys_;
  std::vector<std::vector<TermHash>> hashes_;
  std::vector<std::optional<IdEntry>> entries_;
  std::vector<Verdict> verdicts_;
  std::optional<References> references_;
};

}  // namespace lectern::store::embedded
