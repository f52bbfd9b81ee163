#pragma once

#include <optional>
#include <span>
#include <string>

#include "store/elasticsearch/client/cluster.h"

namespace lectern::store::elasticsearch {

/// The hits of a _search; nothing when there are none. A filter_path must let `timed_out` through,
/// which tells an answer without hits from one of somebody who is not Elasticsearch. Errors:
/// unavailable for the latter.
Result<std::optional<json::Value>> hits_of(const Reply& reply);

/// The body of an _mget for documents with these ids.
std::string ids_body(std::span<const std::string> ids);

}  // namespace lectern::store::elasticsearch
