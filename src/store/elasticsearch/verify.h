#pragma once

#include "store/maintenance.h"
#include "store/settings.h"

namespace lectern::store::elasticsearch {

/// store::verify_beside() for Elasticsearch and OpenSearch: `lectern` against the statement in each
/// document, and the indices beside it, as of a refresh at the start.
Result<VerifyReport> verify(const StoreSettings& settings, const std::string& target,
                            const OnProgress& on_progress);

}  // namespace lectern::store::elasticsearch
