#pragma once

#include <memory>
#include <span>
#include <vector>

#include "store/embedded/format/values.h"
#include "store/embedded/write/committer.h"
#include "store/embedded/write/references.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// One call of append(). What needs no order is worked out in the caller's thread, on construction.
///
/// A large batch is written in slices, between which other jobs are committed: its bodies, then its
/// postings, ahead of the ids and references that make them statements (rows_ahead.h), which go
/// into one commit at last. Meanwhile other jobs of its target wait if they bring one of its ids,
/// or a row that refers or is referred to.
class AppendJob final : public Job {
 public:
  AppendJob(const Database& database, TargetNumber target, std::span<Row> rows,
            OnConflict on_conflict, Deadline deadline, const SliceBounds& slices);

  Result<Step> prepare(Group& group, StoredClock& clock) override;
  void on_written() override;

  /// One for each row, once the job is done.
  std::vector<AppendOutcome>& outcomes() { return outcomes_; }
  /// Of all its rows' texts.
  const PackedBytes& packed_bytes() const { return packed_bytes_; }

 private:
  /// The work on references for the rows that are to be stored, which may take several slices.
  struct References {
    std::vector<AppendOutcome> outcomes;   // by which those rows were chosen
    std::vector<ReferenceNodeView> fresh;  // the rows that are to be stored
    std::unique_ptr<ReferenceBatch> batch;
    bool begun = false;  // a slice is written
    bool done = false;
  };

  /// A row's own posting. Those of a large batch lie in the order of their keys.
  struct OwnPosting {
    TermHash hash;
    std::uint32_t row;
  };
  /// What is written ahead, and how much of it has been.
  struct Ahead {
    RowsAhead rows;
    std::vector<Posting> inherited;  // sorted
    std::size_t bodies_done = 0, own_done = 0, inherited_done = 0;
  };

  void pack_texts();
  void make_own_postings();
  Result<void> look_up();
  Result<void> decide_outcomes();
  /// Whether a new row refers, or is referred to already.
  bool has_references() const;
  Result<Step> prepare_references(Group& group, StoredClock& clock);
  void begin_references();
  void give_stored(StoredClock& clock);
  std::optional<VerbMark> verb_mark(std::size_t index) const;
  bool is_new(std::size_t index) const { return outcomes_[index] == AppendOutcome::stored; }
  bool is_voided(std::size_t index) const;
  void add_inherited(std::size_t index, std::vector<Posting>& postings) const;
  Result<Step> store(Group& group, StoredClock& clock);
  Result<Step> begin_ahead(Group& group, StoredClock& clock);
  Result<Step> write_ahead(Group& group);
  /// Writes what makes statements of the rows.
  Result<Step> finish(Group& group);
  void write_body(Group& group, std::size_t index);
  Result<void> write_reference(Group& group, const Row& row);

  const Database& database_;
  const TargetNumber target_;
  const std::span<Row> rows_;
  const OnConflict on_conflict_;
  const Deadline deadline_;
  const SliceBounds& slices_;
  const TextDictionary* const dictionary_;          // null: texts are stored as they are
  std::vector<std::optional<std::string>> packed_;  // by row, where they were packed
  PackedBytes packed_bytes_;
  std::vector<std::string> id_keys_;
  std::vector<std::vector<TermHash>> hashes_;  // of a batch that is not large
  std::vector<std::optional<IdEntry>> entries_;
  std::vector<AppendOutcome> outcomes_;
  std::optional<References> references_;
  bool large_ = false;
  std::vector<std::uint32_t> by_id_key_;  // rows of a large batch: their keys go in order
  std::vector<OwnPosting> own_postings_;  // of a large batch
  std::vector<std::optional<VerbMark>> verb_marks_;  // likewise, by row
  std::optional<Ahead> ahead_;
};

}  // namespace lectern::store::embedded
