#pragma once

#include <map>
#include <memory>
#include <set>

#include "store/clickhouse/read/lookup.h"
#include "store/common/reference_resolver.h"

namespace lectern::store::clickhouse {

/// ClickHouseReferences as the marks and terms tables hold them. What is added is kept here until
/// write() or referrers().
class ClickHouseReferences final : public ReferenceAccess {
 public:
  ClickHouseReferences(Server& server, const TableNames& names, Deadline deadline);

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) override;
  Result<Referrers> referrers(std::span<const Uuid> targets,
                              const std::optional<Referrer>& after) override;
  Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;

  /// Writes what was added. Repeating it does no harm.
  Result<void> write();

 private:
  Result<std::vector<xapi::Position>> positions_of(std::span<const Uuid> ids);
  Result<void> load_inherited(std::vector<ReferenceNode>& targets);

  Server& server_;
  const TableNames& names_;
  const Deadline deadline_;
  std::map<Uuid, std::vector<std::shared_ptr<const xapi::Terms>>> added_;
  std::set<Uuid> voided_;
};

}  // namespace lectern::store::clickhouse
