#pragma once

#include <vector>

#include "base/json/json.h"
#include "xapi/formats.h"

namespace lectern::xapi {

/// The entry of a language map (an object with a member or more) that fits best to `languages`,
/// most wanted first. A tag is wanted as much as the longest range that fits it says (basic
/// filtering, RFC 4647, 3.3.1; `*` fits all). Of those wanted most, the one of the earliest range
/// is taken, and of these the one with exactly that tag. Where no named range fits one of them,
/// ranges shortened from their end (RFC 4647, 3.4) decide first; then the order of the map. A tag
/// of weight 0 is taken only where there is no other.
json::Value best_entry(json::Value map, const std::vector<LanguageRange>& languages);

}  // namespace lectern::xapi
