#pragma once

#include <memory>
#include <span>

#include "pipeline/data/backend.h"

/// Rows of a ClickHouse table that has Ralph's columns: event_id, emission_time, event.
namespace lectern::pipeline::clickhouse {

/// The backend's settings, and what registry.cc opens it by. Errors: invalid, naming the setting,
/// or saying that this build is without ClickHouse (stubs/clickhouse.cc).
std::span<const DataSetting> settings();
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::clickhouse
