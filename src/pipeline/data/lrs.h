#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// Statements of any record store that speaks xAPI.
namespace lectern::pipeline::lrs {

/// The backend's settings, and what registry.cc opens it by. Errors: invalid, naming the setting.
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);

}  // namespace lectern::pipeline::lrs
