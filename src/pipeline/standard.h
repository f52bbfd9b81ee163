#pragma once

#include <optional>
#include <string_view>

#include "pipeline/line_run.h"
#include "xapi/version.h"

namespace lectern::pipeline {

/// Checks one statement, a JSON text, against the whole standard. Without a version the statement's
/// own `version` decides: 2.0 and 2.0.n, else 1.0.3. Thread-safe.
std::optional<Refusal> check_standard(std::string_view statement,
                                      std::optional<xapi::Version> version);

}  // namespace lectern::pipeline
