#pragma once

#include "base/result.h"
#include "store/settings.h"
#include "store/stores.h"

namespace lectern::store::mongo {

/// Opens the backend named mongo. Its settings are CONNECTION_URI, DEFAULT_DATABASE,
/// DEFAULT_COLLECTION and CLIENT_OPTIONS (of Ralph's, whose keys mean nothing here); others are
/// passed over. The server need not be up yet.
Result<Stores> open_mongo(const StoreSettings& settings);

/// As store::check_target().
Result<void> check_target(const StoreSettings& settings, const std::string& target);

}  // namespace lectern::store::mongo
