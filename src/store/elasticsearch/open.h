#pragma once

#include "store/settings.h"
#include "store/stores.h"

namespace lectern::store::elasticsearch {

/// Opens the backend; nothing is asked of the cluster yet. Errors: as read_settings().
Result<Stores> open(const StoreSettings& settings);

/// As store::check_target().
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store::elasticsearch
