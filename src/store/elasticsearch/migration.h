#pragma once

#include "store/elasticsearch/client/cluster.h"
#include "store/elasticsearch/target.h"
#include "store/elasticsearch/write/orphaned_batches.h"
#include "store/migration.h"

namespace lectern::store::elasticsearch {

/// Completes documents that Ralph, or another program, wrote: each is indexed again, as it is, with
/// our part beside it, unless somebody changes it meanwhile. What is done is marked by being
/// complete, so it can be stopped at any moment and run again.
class ElasticsearchMigration : public Migration {
 public:
  /// `cluster` and `settings` must outlive it.
  ElasticsearchMigration(Cluster& cluster, const ElasticsearchSettings& settings)
      : cluster_(cluster),
        settings_(settings),
        watermark_(open_watermark(cluster, settings,
                                  [this](const std::string& index, Deadline deadline) {
                                    return targets_.of_index(index, deadline);
                                  })),
        targets_(cluster, *watermark_, settings) {}

  Result<std::uint64_t> count(const Context& context) override;
  Result<MigrationProgress> run(
      const Context& context, bool dry_run,
      const std::function<bool(const MigrationProgress&)>& report) override;

 private:
  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  const std::unique_ptr<VisibilityWatermark> watermark_;
  TargetIndices targets_;
};

}  // namespace lectern::store::elasticsearch
