#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pipeline/data/backend.h"

/// Messages of a WebSocket (RFC 6455), a line each, until the server closes it.
namespace lectern::pipeline::ws {

/// Those of Ralph.
std::span<const DataSetting> settings();

/// Reads until the server closes. Errors: invalid for settings that cannot be used.
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);

}  // namespace lectern::pipeline::ws
