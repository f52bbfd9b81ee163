#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// Documents of a MongoDB collection as Ralph lays them: `_id`, of time and id, and `_source`.
namespace lectern::pipeline::mongo {

/// The backend's settings, and what registry.cc opens it by. Errors: invalid, naming the setting,
/// or saying that this build is without MongoDB (stubs/mongo.cc).
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::mongo
