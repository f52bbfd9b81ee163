#pragma once

#include <memory>

#include "store/common/visibility_watermark.h"
#include "store/elasticsearch/client/cluster.h"

namespace lectern::store::elasticsearch {

/// Takes back what a process that died has left of batches that it did not finish: where not all
/// rows of a batch are there, the others go, but for those that somebody was answered with.
/// Errors: unavailable.
Result<void> take_back_left_behind(Cluster& cluster, const DeadWriter& dead, Deadline deadline);

/// The watermark of all that uses one default index. `cluster` must outlive it.
std::unique_ptr<VisibilityWatermark> open_watermark(Cluster& cluster,
                                                    const ElasticsearchSettings& settings);

}  // namespace lectern::store::elasticsearch
