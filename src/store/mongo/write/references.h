#pragma once

#include <string>
#include <vector>

#include "store/common/reference_resolver.h"
#include "store/mongo/client/client.h"
#include "store/mongo/collection.h"

namespace lectern::store::mongo {

/// Follows references in one collection. Two processes that insert a referring row and its target
/// at once both look for the other's row after their own insert is acknowledged, on the primary;
/// so at least one of them sees both.
///
/// A voiding row whose batch may still be refused bears the mark of the batch and is not `shared`.
/// It counts as one that refers only. Its batch shares it when nothing can take it back any more,
/// and looks for its target after that: so either that one's append sees it shared, or was there
/// before, and is found.
class MongoReferences final : public ReferenceAccess {
 public:
  MongoReferences(Client& client, const std::string& database, const Collection& place)
      : client_(client), database_(database), place_(place) {}

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) override;
  Result<Referrers> referrers(std::span<const Uuid> targets,
                              const std::optional<Referrer>& after) override;
  Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;
  /// Says of rows that nothing takes them back any more. Errors: unavailable, internal.
  Result<void> share(std::span<const Uuid> ids);

 private:
  Result<void> update(std::span<const Uuid> ids, const Bson& change);

  Client& client_;
  const std::string& database_;
  const Collection& place_;
};

}  // namespace lectern::store::mongo
