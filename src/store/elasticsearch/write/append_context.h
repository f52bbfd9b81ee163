#pragma once

#include "store/elasticsearch/target.h"

namespace lectern::store::elasticsearch {

/// What one append() works with. All but the deadline outlive it.
struct AppendContext {
  Cluster& cluster;
  const ElasticsearchSettings& settings;
  VisibilityWatermark& watermark;
  TargetIndex& target;
  Deadline deadline;
};

}  // namespace lectern::store::elasticsearch
