#pragma once

#include "store/maintenance.h"
#include "store/settings.h"

namespace lectern::store::mongo {

/// store::verify_beside() for MongoDB: `lectern` against `_source` in each document, and the
/// collections beside it.
Result<VerifyReport> verify(const StoreSettings& settings, const std::string& target,
                            const OnProgress& on_progress);

}  // namespace lectern::store::mongo
