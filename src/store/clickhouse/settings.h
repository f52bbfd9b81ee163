#pragma once

#include <string>

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/layout.h"
#include "store/settings.h"

namespace lectern::store::clickhouse {

/// The settings of Ralph's ClickHouse backend, read and checked.
struct ClickHouseSettings {
  ServerOptions server;
  std::string database = "xapi";
  std::string table = "xapi_events_all";
  EventsPolicy events{};
  std::size_t ids_chunk = 10'000;   ///< ids in one lookup
  std::size_t texts_bytes_max = 0;  ///< of memory, for texts of all tables
};

/// Errors: invalid, naming the setting, its value and what is allowed.
Result<ClickHouseSettings> read_settings(const StoreSettings& settings);

}  // namespace lectern::store::clickhouse
