#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/check.h"

namespace lectern::models {

/// What a conversion needs to know beside the event.
struct ConvertOptions {
  std::string uuid_namespace;  ///< a UUID: ids of statements are version 5 in it
  std::string platform_url;
};

/// What became of an event: the text of an xAPI statement, without a line end; or why there is
/// none.
using Conversion = tl::expected<std::string, Refusal>;

/// Converts one event of edX to the statement that Ralph makes of it. The id comes from the bytes
/// of `edx_event`, so its line end, where the input had one, belongs to it. Thread-safe.
Conversion convert(std::string_view edx_event, const ConvertOptions& options);

}  // namespace lectern::models
