#pragma once

#include "store/elasticsearch/target.h"
#include "store/elasticsearch/write/orphaned_batches.h"
#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// Statements in an index of Elasticsearch or OpenSearch, as Ralph keeps them there
/// (store/elasticsearch/schema/layout.h).
class ElasticsearchStatements : public StatementStore {
 public:
  /// `cluster` and `settings` must outlive it.
  ElasticsearchStatements(Cluster& cluster, const ElasticsearchSettings& settings)
      : cluster_(cluster),
        settings_(settings),
        watermark_(open_watermark(cluster, settings,
                                  [this](const std::string& index, Deadline deadline) {
                                    return targets_.of_index(index, deadline);
                                  })),
        targets_(cluster, *watermark_, settings) {}
  /// Settles what is in doubt, as far as it can.
  ~ElasticsearchStatements() override { watermark_->stop(); }

  Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                            OnConflict on_conflict) override;
  Result<std::vector<StoredStatement>> find(const Context& context,
                                            std::span<const Uuid> ids) override;
  Result<Page> query(const Context& context, const Filter& filter,
                     const PageRequest& page) override;
  Result<Time> consistent_through(const Context& context) override;
  Health health() override;

 private:
  Result<void> refresh(const std::string& index, Deadline deadline);

  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  const std::unique_ptr<VisibilityWatermark> watermark_;
  TargetIndices targets_;
};

}  // namespace lectern::store::elasticsearch
