#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace lectern::xapi {

/// The entry of a language map (an object with a member or more) that fits best to `languages`,
/// most wanted first: by basic filtering (RFC 4647, 3.3.1), of several the one with exactly that
/// tag; else the same for the languages shortened from their end (RFC 4647, 3.4); else the first.
json::Value best_entry(json::Value map, const std::vector<std::string>& languages);

}  // namespace lectern::xapi
