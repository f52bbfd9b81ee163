#pragma once

#include "store/settings.h"
#include "store/stores.h"

namespace lectern::store::clickhouse {

/// Opens the backend; `documents` is left for the caller to fill, since ClickHouse cannot hold
/// them. Errors: invalid; unavailable when its clock is too far off.
Result<Stores> open_clickhouse(const StoreSettings& settings);

/// As store::check_target().
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store::clickhouse
