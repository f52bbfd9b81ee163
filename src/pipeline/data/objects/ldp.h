#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pipeline/data/backend.h"

/// Archives of a stream of OVH's Logs Data Platform, by its signed API. A query names an archive, a
/// target the stream.
namespace lectern::pipeline::ldp {

/// Those of Ralph.
std::span<const DataSetting> settings();

/// Reads one archive. Errors: invalid for settings that cannot be used.
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
/// Lists the archives of a stream. Errors: as above.
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::ldp
