#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lrs/selection/selection.h"
#include "xapi/query.h"

namespace lectern::lrs {

/// By what statements are grouped.
enum class Dimension {
  verb,
  activity,
  activity_type,
  course,  ///< a statement is in the group of each of its parents and groupings
  actor,
  authority,
  platform,
  language,
  version,
  hour,
  day,
  week,  ///< by its Monday
  month,
};

/// What is told of each group.
enum class MeasureKind {
  count,
  actors,
  activities,
  registrations,
  success_rate,     ///< of those that say `success`
  completion_rate,  ///< of those that say `completion`
  mean,
  min,
  max,
  sum,
  percentile,
};

/// Of what a mean, a sum ... is made.
enum class Quantity { none, scaled, raw, duration };

/// One measure; its name is as it was asked for, such as `scaled_p90`.
struct Measure {
  MeasureKind kind = MeasureKind::count;
  Quantity quantity = Quantity::none;
  int hundredths = 0;  ///< of a percentile
  std::string name = "count";
};

/// Whether its values are whole numbers, which every group has.
bool is_whole(const Measure& measure);
/// How the parameters call a dimension.
std::string_view name_of(Dimension dimension);
/// Whether it is a bucket of time.
bool is_time(Dimension dimension);
/// Whether its keys may be called something (`name`): verbs, activities, courses, actors and
/// authorities are.
bool has_names(Dimension dimension);

/// What GET /xAPI/extensions/statistics asks.
struct Question {
  static constexpr std::size_t dimensions_max = 3;
  static constexpr std::size_t measures_max = 16;

  Selection selection;
  std::vector<Dimension> by;      ///< three at most, each once
  std::vector<Measure> measures;  ///< one at least; `top` goes by the first
  std::size_t top = 0;            ///< groups that are told; 0: all of them
  std::string zone = "UTC";       ///< of buckets of time
  bool names = false;             ///< tell what activities, verbs and actors are called
};

/// Reads the parameters: those of read_selection(), `by`, `measure`, `top`, `zone`, `name`, and
/// `format`, which is the caller's. Errors: invalid.
Result<Question> read_question(const xapi::Parameters& parameters, xapi::Ids ids);

}  // namespace lectern::lrs
