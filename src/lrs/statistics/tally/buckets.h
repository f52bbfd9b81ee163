#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

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

/// Buckets under small numbers, in the order in which they are met. One thread at a time.
class BucketNumbers {
 public:
  /// Of buckets of this dimension.
  BucketNumbers(Dimension dimension, const TimeZone& zone) : dimension_(dimension), zone_(zone) {}

  /// The number of the bucket of an instant, in microseconds since 1970.
  std::uint32_t number(std::int64_t micros) {
    if (micros < begin_ || micros >= end_) look_up(micros);
    return number_;
  }
  /// The bucket with that number, which was given out.
  std::int64_t bucket(std::uint32_t number) const { return buckets_[number]; }
  /// The number of a bucket.
  std::uint32_t number_of_bucket(std::int64_t bucket);

 private:
  void look_up(std::int64_t micros);

  const Dimension dimension_;
  const TimeZone zone_;
  std::vector<std::int64_t> buckets_;
  std::unordered_map<std::int64_t, std::uint32_t> numbers_;
  // The instants around the last one that are in its bucket, and its number.
  std::int64_t begin_ = 0, end_ = 0;
  std::uint32_t number_ = 0;
};

}  // namespace lectern::lrs
