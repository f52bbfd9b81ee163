#pragma once

#include <string>

#include "base/json/json.h"
#include "models/table.h"

namespace lectern::models {

/// A record as `ralph validate` prints it: what keeps the shape with this index, written anew with
/// Ralph's defaults, in the order of the table. Thread-safe.
std::string ralph_output(const Table& table, std::uint32_t shape, json::Value record);

}  // namespace lectern::models
