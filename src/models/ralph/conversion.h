#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/json/json.h"
#include "models/convert.h"

namespace lectern::models {

/// Converts an event as Ralph does; `line` is what the id is made of. Errors: unknown, when no
/// model or no conversion is for the event.
tl::expected<std::string, Refusal> ralph_conversion(json::Value event, std::string_view line,
                                                    const ConvertOptions& options);

}  // namespace lectern::models
