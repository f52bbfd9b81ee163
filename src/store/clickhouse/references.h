#pragma once

#include <map>
#include <set>

#include "store/clickhouse/lookup.h"
#include "store/references.h"

namespace lectern::store::clickhouse {

/// References as the marks and terms tables hold them. What is added is kept here until
/// write() or referrers().
class References final : public ReferenceAccess {
 public:
  References(Server& server, const Names& names, Deadline deadline);

  Result<std::optional<Target>> target(const Uuid& id) override;
  Result<std::vector<Referrer>> referrers(std::span<const Uuid> targets) override;
  Result<void> add_terms(const Uuid& id, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;

  /// Reads many targets at once, so that target() need not ask for each.
  Result<void> load(std::span<const Uuid> ids);
  /// Writes what was added. Repeating it does no harm.
  Result<void> write();

 private:
  Result<std::vector<xapi::Position>> positions_of(std::span<const Uuid> ids);
  Result<void> load_inherited(std::span<const Uuid> ids);

  Server& server_;
  const Names& names_;
  const Deadline deadline_;
  std::map<Uuid, std::optional<Target>> loaded_;
  std::map<Uuid, std::set<std::string>> added_;
  std::set<Uuid> voided_;
};

}  // namespace lectern::store::clickhouse
