#pragma once

#include <chrono>
#include <optional>

#include "base/time/time.h"
#include "net/http_client.h"

namespace lectern::net {

/// For how long the server asks not to be asked again: Retry-After as seconds or as a date (RFC
/// 9110 10.2.3), at most `most`; nothing where it says neither. A date that is past is 0.
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& answer, Time now,
                                                     std::chrono::milliseconds most);

}  // namespace lectern::net
