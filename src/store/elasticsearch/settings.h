#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/settings.h"

namespace lectern::store::elasticsearch {

/// What the variables of `RALPH_BACKENDS__LRS__ES__` say.
struct ElasticsearchSettings {
  std::vector<std::string> hosts;            ///< URLs without a slash at the end; at least one
  std::string default_index = "statements";  ///< the place of target ""
  std::string ca_file;                       ///< PEM; "" is the system's list
  bool verify_tls = true;
  std::string refresh_after_write;  ///< "" (as "false"), "false", "true" or "wait_for"
  bool allow_yellow = false;        ///< the heartbeat takes yellow for ok
  std::size_t connections_max = 32;
  std::uint32_t timeout_ms = 30'000;
  std::size_t texts_bytes_max = 0;  ///< of memory, for texts of all indices
};

/// Reads HOSTS, DEFAULT_INDEX, CLIENT_OPTIONS, REFRESH_AFTER_WRITE and ALLOW_YELLOW_STATUS; other
/// names are passed over (POINT_IN_TIME_KEEP_ALIVE and the chunk sizes have nothing to say here).
/// Errors: invalid, naming the setting, its value and what is allowed.
Result<ElasticsearchSettings> read_settings(const StoreSettings& settings);

}  // namespace lectern::store::elasticsearch
