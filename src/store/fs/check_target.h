#pragma once

#include <string>

#include "base/result.h"
#include "store/settings.h"

namespace lectern::store::fs {

/// As store::check_target().
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store::fs
