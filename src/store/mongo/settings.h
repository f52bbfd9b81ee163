#pragma once

#include "store/mongo/database.h"
#include "store/settings.h"

namespace lectern::store::mongo {

/// What the settings of the backend say; those that are missing are as Ralph has them.
DatabaseSettings database_settings(const StoreSettings& settings);

}  // namespace lectern::store::mongo
