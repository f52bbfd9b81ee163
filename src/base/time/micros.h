#pragma once

#include <chrono>
#include <cstdint>

#include "base/time/time.h"

namespace lectern {

/// Microseconds since 1970: how stores and cursors keep an instant.
inline std::int64_t micros_of(Time time) { return time.time_since_epoch().count(); }
/// The instant that these microseconds since 1970 are.
inline Time time_of(std::int64_t micros) { return Time{std::chrono::microseconds{micros}}; }

}  // namespace lectern
