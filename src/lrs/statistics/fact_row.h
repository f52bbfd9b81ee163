#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/time/time.h"
#include "lrs/selection/selection.h"
#include "lrs/statistics/dictionary.h"
#include "xapi/facts.h"

namespace lectern::lrs {

/// The facts of one statement (xapi/facts.h) with numbers of a Dictionary in place of texts. A
/// quantity that is not there is NaN.
struct FactRow {
  Time at;  ///< `stored` or `timestamp`, as the question has it
  std::uint32_t verb = 0, activity = 0, activity_type = 0, actor = 0, authority = 0;
  std::uint32_t platform = 0, language = 0, version = 0;
  std::span<const std::uint32_t> courses{};
  std::uint64_t registration = 0;  ///< well spread, of its text; 0: none
  double scaled = 0, raw = 0, duration_s = 0;
  std::int8_t success = -1, completion = -1;  ///< 0, 1; -1: not said
  bool score_says_nothing = false, duration_says_nothing = false;
};

/// Which members of a row a question looks at.
struct FactNeeds {
  Clock clock = Clock::stored;  ///< which instant
  bool instant = false, verb = false, activity = false, actor = false, courses = false;
  bool others = false;   ///< activity_type, authority, platform, language, version
  bool results = false;  ///< everything behind `courses`
};

/// A registration's text as FactRow has it, of either letter case; never 0.
std::uint64_t registration_hash(std::string_view text);

/// Makes the row of a statement, whose texts it adds to the dictionary. The row views `courses`.
FactRow row_of(const xapi::Facts& facts, Time at, Dictionary& dictionary,
               std::vector<std::uint32_t>& courses);

}  // namespace lectern::lrs
