#pragma once

#include <span>

#include "base/json/json.h"
#include "models/check.h"
#include "models/table.h"

namespace lectern::models {

/// A family's table; read when it is first asked for. Thread-safe.
const Table& table_of(Family family);

/// The models, as indexes of the table, that a record may be of: more than one where they can only
/// be told apart by trying. Empty for an unknown one. Thread-safe.
std::span<const std::uint32_t> models_for(Family family, json::Value record);

}  // namespace lectern::models
