#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// Files of a folder: read as they are, written as they come.
namespace lectern::pipeline::fs {

/// The backend's settings, and what registry.cc opens it by. Errors: invalid, for a folder that
/// cannot be used.
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::fs
