#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/settings.h"
#include "store/stores.h"

namespace lectern::store {

/// The names that -b and RALPH_RUNSERVER_BACKEND take, Ralph's async ones too.
std::vector<std::string> backend_names();

/// Opens a backend; databases need not be up yet (their calls answer `unavailable` until then).
/// Errors: invalid, naming the setting, its value and what is allowed; unavailable when another
/// process owns the embedded store's folder.
Result<Stores> open_stores(const StoreSettings& settings);

}  // namespace lectern::store
