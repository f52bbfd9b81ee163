#pragma once

#include <chrono>
#include <string_view>

#include "base/metrics.h"
#include "http/wire/server.h"

namespace lectern::http {

/// Counts a handled request by route, method and status, and how long it took. `route` is the
/// pattern of the table of routes, never the path as sent: every value of it is a series.
/// Thread-safe.
void count_request(metrics::Registry& registry, std::string_view route, std::string_view method,
                   int status, std::chrono::microseconds time);

/// Lets the registry read what the server counts; the server outlives the registry's last text().
void watch_server(metrics::Registry& registry, const Server& server);

}  // namespace lectern::http
