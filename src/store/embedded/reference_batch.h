#pragma once

#include <map>
#include <set>
#include <span>
#include <unordered_map>

#include "store/embedded/database.h"
#include "store/embedded/values.h"
#include "store/references.h"

namespace lectern::store::embedded {

/// Follows references for the rows of one batch, of which nothing is written yet, over what is in
/// the database; gathers what is to be changed. Terms of stored statements are taken from their
/// texts again: references are too rare to keep them for.
class ReferenceBatch final : public ReferenceAccess {
 public:
  /// `rows` outlive it.
  ReferenceBatch(const Database& database, TargetNumber target, std::span<const Row> rows);

  Result<std::optional<Target>> target(const Uuid& id) override;
  Result<std::vector<Referrer>> referrers(std::span<const Uuid> targets) override;
  Result<void> add_terms(const Uuid& id, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;

  /// Whether this row is voided by what came before it, or with it.
  bool is_voided(const Uuid& id) const { return voided_.contains(id); }
  /// Adds the changes of statements, the batch's own too, to what is written.
  Result<void> write(rocksdb::WriteBatch& batch);

 private:
  struct Stored {
    Time stored;
    std::string bytes;  // of the body
    Body body;          // views bytes
  };

  /// The statement in the database, or null.
  Result<const Stored*> load(const Uuid& id);
  /// The terms of a statement in the database, with what it inherits along its chain.
  Result<xapi::Terms> closure(const Uuid& id);
  Result<void> write_voided(rocksdb::WriteBatch& batch, const Uuid& id);
  Result<void> write_added(rocksdb::WriteBatch& batch, const Uuid& id,
                           const std::set<std::string>& terms);

  const Database& database_;
  const TargetNumber target_;
  std::unordered_map<Uuid, const Row*> rows_;
  std::unordered_multimap<Uuid, const Row*> referring_;  // rows by what they refer to
  std::unordered_map<Uuid, Stored> loaded_;
  std::map<Uuid, std::set<std::string>> added_;
  std::set<Uuid> voided_;
};

}  // namespace lectern::store::embedded
