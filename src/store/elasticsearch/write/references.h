#pragma once

#include <string>

#include "store/common/reference_resolver.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/index_names.h"
#include "store/elasticsearch/target.h"

/// Who refers to whom, found in real time although searches lag behind. The index of references
/// holds two kinds of documents:
///
///   _id = target               : some statement refers, or is about to refer, to the target
///   _id = target ":" referrer  : { target, referrer }
///
/// A referring statement's two documents are written before itself, and its target is looked for
/// after itself; a statement looks for referrers after itself. So of two processes that write the
/// two ends at once, the one that ends last sees the other.
///
/// A voiding row whose batch may still be refused bears the mark of the batch and is not `shared`.
/// It counts as one that refers only. Its batch shares it when nothing can take it back any more,
/// and looks for its target after that.
namespace lectern::store::elasticsearch {

/// A reference that the index of references has.
struct ReferencePair {
  Uuid target;
  Uuid referrer;
};

/// Writes down references of statements that are about to be stored.
Result<void> announce_references(Cluster& cluster, const std::string& index,
                                 std::span<const ReferencePair> references, Deadline deadline);

/// Says of rows, as they were looked up, that nothing takes them back any more: in one request, up
/// to 8 MiB of them, so that a process which ends meanwhile has said it of all or of none. False:
/// others changed one of them meanwhile. Errors: unavailable, internal.
Result<bool> share_rows(Cluster& cluster, TargetIndex& target, std::string_view refresh,
                        std::vector<StatementDocument> rows, Deadline deadline);

/// The statements of one index and the references among them, for resolve_references().
class ElasticsearchReferences final : public ReferenceAccess {
 public:
  ElasticsearchReferences(Cluster& cluster, TargetIndex& target, std::string_view refresh,
                          Deadline deadline)
      : cluster_(cluster),
        target_(target),
        names_(target.names),
        refresh_(refresh),
        deadline_(deadline) {}

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) override;
  Result<Referrers> referrers(std::span<const Uuid> targets,
                              const std::optional<Referrer>& after) override;
  Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) override;
  Result<void> mark_voided(const Uuid& id) override;

  /// Whether a statement was changed by this.
  bool changed() const { return changed_; }

 private:
  template <typename Change>
  Result<void> change(const Uuid& id, const Change& change);
  /// Those of these targets.
  Result<std::vector<ReferencePair>> announced(std::span<const std::string> targets);

  Cluster& cluster_;
  TargetIndex& target_;
  const IndexNames& names_;
  std::string_view refresh_;
  Deadline deadline_;
  bool changed_ = false;
};

}  // namespace lectern::store::elasticsearch
