#pragma once

#include <optional>

#include "base/json/json.h"
#include "pipeline/line_run.h"

namespace lectern::pipeline {

/// What Learning Locker refuses of a statement that keeps the standard: its validation (npm's
/// @learninglocker/xapi-validation 3.0.0) is narrower in IRIs, durations, timestamps, mail
/// addresses, media types, versions and interaction components. Thread-safe.
std::optional<Refusal> check_for_learning_locker(json::Value statement);

}  // namespace lectern::pipeline
