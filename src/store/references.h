#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/statement_store.h"

namespace lectern::store {

/// What a store offers so that references are followed the same way in all of them.
class ReferenceAccess {
 public:
  virtual ~ReferenceAccess() = default;

  struct Target {
    xapi::Terms terms;  ///< own and inherited
    bool voids = false;
  };
  struct Referrer {
    Uuid target;
    Uuid id;
    bool voids = false;
  };

  /// The statement with this id, if it is there. Must see what was appended before.
  virtual Result<std::optional<Target>> target(const Uuid& id) = 0;
  /// All statements that refer to one of these. Must see what was appended before.
  virtual Result<std::vector<Referrer>> referrers(std::span<const Uuid> targets) = 0;
  /// Adds terms to a statement's own; those it has already are passed over.
  virtual Result<void> add_terms(const Uuid& id, const xapi::Terms& terms) = 0;
  /// Marks a statement as voided: lists leave it out from now on. Idempotent.
  virtual Result<void> mark_voided(const Uuid& id) = 0;
};

/// Does what append() promises about references for rows that have just become visible to
/// `access`. Idempotent, so a retry after a failure completes what was begun.
Result<void> resolve_references(ReferenceAccess& access, std::span<const Row> rows);

}  // namespace lectern::store
