#pragma once

#include <optional>
#include <string_view>

#include "pipeline/line_run.h"
#include "pipeline/repair.h"
#include "xapi/version.h"

namespace lectern::pipeline {

/// A record store that is stricter than the standard.
enum class Receiver { any, learning_locker };

/// Checks one statement, a JSON text, against the whole standard, and whether the receiver takes
/// it. Without a version the statement's own `version` decides: 2.0 and 2.0.n, else 1.0.3.
/// Thread-safe.
std::optional<Refusal> check_standard(std::string_view statement,
                                      std::optional<xapi::Version> version, Receiver receiver);

/// Mends it first, and appends it as it is then; nothing where it is refused all the same.
std::optional<Refusal> mend_and_check(std::string_view statement,
                                      std::optional<xapi::Version> version, Receiver receiver,
                                      Mendings& mendings, std::string& out);

}  // namespace lectern::pipeline
