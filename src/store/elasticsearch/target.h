#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "store/common/per_target.h"
#include "store/common/text_cache.h"
#include "store/elasticsearch/client/bulk_batcher.h"
#include "store/elasticsearch/read/lookup_batcher.h"
#include "store/elasticsearch/read/query_hints.h"
#include "store/elasticsearch/read/search_refresh.h"
#include "store/elasticsearch/schema/index_names.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/elasticsearch/write/recent_ids.h"
#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// One target's index of statements in use.
struct TargetIndex {
  TargetIndex(Cluster& cluster, VisibilityWatermark& watermark, TextCache& all_texts,
              RecentIds& its_recent, IndexNames its_names, Layout layout,
              const std::string& refresh);

  const IndexNames names;
  const StatementIndex statements;
  std::atomic<bool> references_there{false};    ///< their index, for certain
  std::atomic<std::int64_t> newest{INT64_MIN};  ///< microseconds: of the newest row that was seen
  /// Microseconds: where the last page of the oldest rows ended.
  std::atomic<std::int64_t> oldest_through{INT64_MAX};
  QueryHints hints;
  IndexTexts texts;
  RecentIds& recent;
  SearchRefresh search_refresh;
  BulkBatcher bulk;
  IdLookupBatcher ids_at_refresh;   ///< for statements: existing_at_refresh()
  IdLookupBatcher reference_marks;  ///< for targets of references: existing()
};

/// Ids that are remembered at least, of all places together; takes up to 8 MiB.
inline constexpr std::size_t recent_ids_max = 196'000;

/// The places that were used so far. A place is prepared when it is first asked for, and asked for
/// again until that succeeds, so the cluster need not be up at the start. Thread-safe.
class TargetIndices {
 public:
  TargetIndices(Cluster& cluster, VisibilityWatermark& watermark,
                const ElasticsearchSettings& settings)
      : cluster_(cluster),
        watermark_(watermark),
        settings_(settings),
        texts_(settings.texts_bytes_max),
        recent_(recent_ids_max) {}

  /// The place of a target; lives as long as this. Errors: invalid for a target that names no
  /// index, unavailable, internal.
  Result<TargetIndex*> of(const Context& context);
  /// The same by the name of its index of statements.
  Result<TargetIndex*> of_index(const std::string& index, Deadline deadline);

 private:
  Result<std::unique_ptr<TargetIndex>> prepare(const Context& context);

  Cluster& cluster_;
  VisibilityWatermark& watermark_;
  const ElasticsearchSettings& settings_;
  TextCache texts_;
  RecentIds recent_;
  PerTarget<TargetIndex> ready_;
};

}  // namespace lectern::store::elasticsearch
