#pragma once

#include <string>

#include "base/result.h"
#include "store/open.h"

namespace lectern::store::clickhouse {

/// As store::check_target().
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store::clickhouse
