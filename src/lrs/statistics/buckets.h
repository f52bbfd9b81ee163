#pragma once

#include <cstdint>
#include <string>

#include "base/time/time.h"
#include "base/time/time_zone.h"
#include "lrs/statistics/question.h"

namespace lectern::lrs {

/// The bucket of time that an instant falls into, in a zone: for an hour the second at which it
/// begins, since where clocks are set back there are two of one name; else a day, counted since
/// 1970, that the day, week (its Monday) or month (its first) begins with.
std::int64_t bucket_of(Dimension dimension, Time at, const TimeZone& zone);

/// How a bucket is told: `2026-11-30T10:00:00+01:00`, `2026-11-30`, or `2026-11` for a month.
std::string bucket_text(Dimension dimension, std::int64_t bucket, const TimeZone& zone);

}  // namespace lectern::lrs
