#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// Documents of an Elasticsearch index, each under its `id`.
namespace lectern::pipeline::es {

/// The backend's settings, and what registry.cc opens it by. Errors: invalid, naming the setting.
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::es
