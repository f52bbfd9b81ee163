#pragma once

#include <string>

#include "base/result.h"
#include "store/settings.h"

namespace lectern::store {

/// Whether statements can be kept under a user's target in a backend opened with these settings:
/// what is refused here is refused with each request. Errors: invalid, saying why.
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store
