#pragma once

#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "store/common/reference_resolver.h"
#include "store/embedded/database.h"
#include "store/embedded/format/values.h"
#include "store/embedded/write/committer.h"

namespace lectern::store::embedded {

/// Follows references for the rows of one batch, of which nothing is written yet, over what is in
/// the database. Terms of stored statements are taken from their texts again: references are too
/// rare to keep them for.
///
/// Statements that came before the batch may refer to its rows, any number of them, so the work is
/// done in slices, between which other jobs are committed:
///   1. Postings that these statements inherit are written at once, slice by slice. They show
///      nothing yet: whoever is listed for them alone is checked along its chain, and the row that
///      would match is not there. So a batch that is given up, or that a crash cuts off, leaves
///      nothing to take back, and sent again it writes the same postings.
///   2. With the first slice, all that the rows refer to is written down as awaited. While the work
///      is under way, jobs of the same target wait if they bring a row that refers or is awaited;
///      so what was read in one slice holds in the next.
///   3. The last slice writes, in one with the rows: what they inherit, and who is voided.
class ReferenceBatch final : public ReferenceAccess {
 public:
  /// `rows` outlive it; `awaited`: those of them that the database has references to.
  ReferenceBatch(const Database& database, TargetNumber target,
                 std::span<const ReferenceNodeView> rows, std::unordered_set<Uuid> awaited,
                 Deadline deadline);

  /// Does pieces of the work until it is done (true) or the slice is full.
  Result<bool> work(rocksdb::WriteBatch& batch);
  /// Writes down what the rows refer to as awaited, where nothing is known of it.
  Result<void> write_awaited(rocksdb::WriteBatch& batch) const;

  // Once the work is done:

  /// Whether this row is voided by what came before it, or with it.
  bool is_voided(const Uuid& id) const { return voided_.contains(id); }
  /// The hashes of the terms that a row of the batch inherits.
  std::span<const TermHash> inherited(const Uuid& id) const;
  /// Marks those that the rows void, and takes away their postings.
  Result<void> write_voided(rocksdb::WriteBatch& batch) const;

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) override;
  Result<Referrers> referrers(std::span<const Uuid> targets,
                              const std::optional<Referrer>& after) override;
  Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;

 private:
  struct Stored {
    Time stored;
    std::string bytes, unpacked;  // of the body; of its text
    Body body;                    // views them
  };
  using Hashes = std::shared_ptr<const std::vector<TermHash>>;

  /// The statement in the database, or null.
  Result<std::unique_ptr<Stored>> load(const Uuid& id) const;
  Result<void> write_voided(rocksdb::WriteBatch& batch, const Uuid& id) const;

  const Database& database_;
  const TargetNumber target_;
  const std::span<const ReferenceNodeView> rows_;
  std::unordered_set<Uuid> ids_;  // of rows
  const std::unordered_set<Uuid> awaited_;
  ReferenceResolver resolver_;
  rocksdb::WriteBatch* batch_ = nullptr;        // of the slice
  std::unordered_map<Uuid, Time> found_at_;     // the referrers that were found last
  std::unordered_map<Uuid, Hashes> inherited_;  // by rows
  std::unordered_set<Uuid> voided_;
};

}  // namespace lectern::store::embedded
