#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/common/watermark/visibility_watermark.h"
#include "store/elasticsearch/client/cluster.h"
#include "store/elasticsearch/target.h"

namespace lectern::store::elasticsearch {

/// Leads to the place of an index of statements that is in use. Errors: as TargetIndices::of().
using TargetOf = std::function<Result<TargetIndex*>(const std::string& index, Deadline deadline)>;

/// Puts in order what a process that died has left of batches that it did not finish: where not all
/// rows of a batch are there, the others are taken back, but for those that somebody was answered
/// with. For what stays references are followed, in both directions; a referring statement that
/// came alone takes over its target's terms only when it is sent again. Errors: unavailable.
Result<void> settle_orphaned_batches(Cluster& cluster, const TargetOf& target_of,
                                     const DeadWriter& dead, Deadline deadline);

/// The watermark of all that uses one default index. `cluster` must outlive it; `target_of` is not
/// called before something of the watermark is.
std::unique_ptr<VisibilityWatermark> open_watermark(Cluster& cluster,
                                                    const ElasticsearchSettings& settings,
                                                    TargetOf target_of);

}  // namespace lectern::store::elasticsearch
