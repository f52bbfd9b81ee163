#include "lrs/statistics/tally/buckets.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace lectern::lrs {
namespace {

constexpr std::int64_t hour_s = 3'600;
constexpr std::int64_t day_s = 86'400;

std::int64_t floor_div(std::int64_t number, std::int64_t by) {
  return number / by - (number % by < 0 ? 1 : 0);
}

std::chrono::year_month_day date_of(std::int64_t day) {
  return std::chrono::sys_days(std::chrono::days(day));
}

std::string date_text(std::int64_t day) {
  const auto date = date_of(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::int64_t bucket_of(Dimension dimension, Time at, const TimeZone& zone) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::int64_t offset = zone.offset_s(second);
  if (dimension == Dimension::hour) return floor_div(second + offset, hour_s) * hour_s - offset;
  const std::int64_t day = floor_div(second + offset, day_s);
  if (dimension == Dimension::day) return day;
  if (dimension == Dimension::week) {
    constexpr std::int64_t thursday = 3;  // 1970-01-01, Mondays being 0
    const std::int64_t weekday = ((day + thursday) % 7 + 7) % 7;
    return day - weekday;
  }
  return day - (static_cast<unsigned>(date_of(day).day()) - 1);
}

std::string bucket_text(Dimension dimension, std::int64_t bucket, const TimeZone& zone) {
  if (dimension == Dimension::day || dimension == Dimension::week) return date_text(bucket);
  if (dimension == Dimension::month) return date_text(bucket).substr(0, 7);
  const std::int64_t offset = zone.offset_s(bucket);
  const std::int64_t local = bucket + offset;
  const std::int64_t day = floor_div(local, day_s);
  const std::int64_t of_day = local - day * day_s;
  const std::int64_t minutes = std::abs(offset) / 60;
  return fmt::format("{}T{:02}:{:02}:{:02}{}{:02}:{:02}", date_text(day), of_day / hour_s,
                     of_day / 60 % 60, of_day % 60, offset < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

std::uint32_t BucketNumbers::number_of_bucket(std::int64_t bucket) {
  const auto [at, is_new] =
      numbers_.try_emplace(bucket, static_cast<std::uint32_t>(buckets_.size()));
  if (is_new) buckets_.push_back(bucket);
  return at->second;
}

/// What comes next is most likely of the same hour or day, in which clocks are not set.
void BucketNumbers::look_up(std::int64_t micros) {
  const Time at{std::chrono::microseconds(micros)};
  number_ = number_of_bucket(bucket_of(dimension_, at, zone_));
  const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const auto span = zone_.span(second);
  const std::int64_t unit = dimension_ == Dimension::hour ? hour_s : day_s;
  const std::int64_t begin = floor_div(second + span.offset_s, unit) * unit - span.offset_s;
  constexpr std::int64_t micros_per_second = 1'000'000;
  begin_ = std::max(begin, span.begin) * micros_per_second;
  end_ = std::min(begin + unit, span.end) * micros_per_second;
}

}  // namespace lectern::lrs
