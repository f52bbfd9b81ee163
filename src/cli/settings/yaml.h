#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::cli {

/// A YAML text's first document as JSON: mappings, sequences, and each scalar as a string. An alias
/// stands for what it names, as long as the JSON stays below 1 MiB and 64 levels. Errors: invalid.
Result<std::string> json_of_yaml(std::string_view text);

}  // namespace lectern::cli
