#pragma once

#include <span>
#include <vector>

#include "store/embedded/committer.h"
#include "store/embedded/values.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// One call of append(). What needs no order is worked out in the caller's thread, on construction.
class AppendJob final : public Job {
 public:
  AppendJob(const Database& database, TargetNumber target, std::span<Row> rows,
            OnConflict on_conflict);

  Result<Step> prepare(Group& group, StoredClock& clock) override;

  /// One for each row, once the job is done.
  std::vector<Verdict>& verdicts() { return verdicts_; }

 private:
  Result<void> look_up();
  std::optional<VerbMark> verb_mark(std::size_t index) const;
  void write_row(Group& group, std::size_t index, bool voided);
  /// Writes the new rows together with what their references change.
  Result<void> write_with_references(Group& group);
  Result<void> write_reference(Group& group, const Row& row);

  const Database& database_;
  const TargetNumber target_;
  const std::span<Row> rows_;
  const OnConflict on_conflict_;
  std::vector<std::string> id_keys_;
  std::vector<std::vector<TermHash>> hashes_;
  std::vector<std::optional<IdEntry>> entries_;
  std::vector<Verdict> verdicts_;
};

}  // namespace lectern::store::embedded
