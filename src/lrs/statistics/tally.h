#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "base/time/time_zone.h"
#include "lrs/statistics/dictionary.h"
#include "lrs/statistics/distinct_count.h"
#include "lrs/statistics/fact_row.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/spread.h"

namespace lectern::lrs {

/// The answer to a question.
struct Statistics {
  /// A measure's value; nothing where there was nothing to measure.
  using Value = std::optional<double>;  ///< finite
  /// What was told of all statements of one group, or of all.
  struct Group {
    std::vector<std::optional<std::string>> keys;   ///< by `by`; nothing: not there
    std::vector<std::optional<std::string>> names;  ///< by `by`, where names were asked for
    std::vector<Value> values;                      ///< by `measures`
  };

  Time through;                          ///< true of everything that was stored up to here
  Group totals;                          ///< of all statements, each counted once; without keys
  std::vector<Group> groups;             ///< in the order of keys; with `top` the greatest first
  std::size_t groups_in_all = 0;         ///< also those that `top` left out
  std::size_t ties = 0;                  ///< how many that were left out equal the last one
  std::uint64_t scores_left_out = 0;     ///< that say nothing (xapi/facts.h)
  std::uint64_t durations_left_out = 0;  ///< likewise
  bool estimated_counts = false;         ///< a distinct count is an estimate
  bool estimated_percentiles = false;    ///< a percentile is one
};

/// Puts statements into groups and measures them. Holds groups_max groups at most, and says each
/// time how much more memory it takes. One thread at a time.
class Tally {
 public:
  static constexpr std::size_t groups_max = 100'000;
  /// Takes so many bytes more, or has an Error in their place.
  using Grow = std::function<Result<void>(std::uint64_t bytes)>;

  /// What it views outlives it.
  Tally(const Question& question, const TimeZone& zone, Grow grow);

  /// Counts one statement; or, where only counts are asked for, `times` of this row. Errors:
  /// too_large, beyond groups_max; those of Grow.
  Result<void> add(const FactRow& row, std::uint64_t times = 1);
  /// What came out of it; `dictionary` knows the numbers of all rows. Errors: those of Grow, which
  /// is asked for what the groups' keys take here and in the answer.
  Result<Statistics> finish(const Dictionary& dictionary);

 private:
  using Keys = std::array<std::int64_t, Question::dimensions_max>;
  struct KeysHash {
    std::size_t operator()(const Keys& keys) const;
  };
  struct Group {
    std::uint64_t count = 0;
    std::uint64_t succeeded = 0, failed = 0, completed = 0, uncompleted = 0;
    DistinctCount actors, activities, registrations;
    /// Scores of registrations, each once: one is sent with several statements.
    DistinctCount scores{std::numeric_limits<std::size_t>::max()};
    Spread scaled, raw, duration;

    std::size_t bytes() const;
  };
  /// What the measures need.
  struct Needs {
    bool actors = false, activities = false, registrations = false;
    bool scores = false, scaled_kept = false, raw_kept = false;
    bool durations = false, durations_kept = false;
    bool any_growing() const {
      return actors || activities || registrations || scores || durations;
    }
  };

  Result<void> add_to_groups(const FactRow& row, std::uint64_t times, Keys& keys,
                             std::size_t dimension);
  Result<Group*> group_of(const Keys& keys);
  Result<void> count_in(Group& group, const FactRow& row, std::uint64_t times);
  void add_score(Group& group, const FactRow& row);
  std::vector<Statistics::Value> values_of(const Group& group) const;
  std::uint64_t told_bytes(const Keys& keys, const Dictionary& dictionary) const;
  bool less(const Keys& a, const Keys& b, const Dictionary& dictionary) const;
  Statistics::Group told(const Keys& keys, const Group& group, const Dictionary& dictionary) const;

  const Question& question_;
  const TimeZone& zone_;
  const Grow grow_;
  Needs needs_;
  Group totals_;
  std::unordered_map<Keys, std::unique_ptr<Group>, KeysHash> groups_;
  /// The groups that were met last, by a few bits of their keys' hash.
  struct Met {
    Keys keys{};
    Group* group = nullptr;
  };
  std::vector<Met> met_;
  std::uint64_t scores_left_out_ = 0, durations_left_out_ = 0;
};

}  // namespace lectern::lrs
