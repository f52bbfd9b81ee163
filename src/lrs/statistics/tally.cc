#include "lrs/statistics/tally.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "lrs/statistics/buckets.h"

namespace lectern::lrs {
namespace {

/// Bytes of a group in the table, beside what grows.
constexpr std::uint64_t group_bytes = 800;
constexpr int met_bits = 12;

std::int64_t key_of(Dimension dimension, const FactRow& row) {
  switch (dimension) {
    case Dimension::verb:
      return row.verb;
    case Dimension::activity:
      return row.activity;
    case Dimension::activity_type:
      return row.activity_type;
    case Dimension::actor:
      return row.actor;
    case Dimension::authority:
      return row.authority;
    case Dimension::platform:
      return row.platform;
    case Dimension::language:
      return row.language;
    case Dimension::version:
      return row.version;
    default:
      return 0;
  }
}

Statistics::Value ratio(std::uint64_t yes, std::uint64_t no) {
  if (yes + no == 0) return std::nullopt;
  return static_cast<double>(yes) / static_cast<double>(yes + no);
}

}  // namespace

std::size_t Tally::KeysHash::operator()(const Keys& keys) const {
  std::uint64_t hash = 0;
  for (const auto key : keys) hash = (hash ^ static_cast<std::uint64_t>(key)) * 0x9E3779B97F4A7C15U;
  return hash ^ hash >> 32;
}

std::size_t Tally::Group::bytes() const {
  return actors.bytes() + activities.bytes() + registrations.bytes() + scores.bytes() +
         scaled.bytes() + raw.bytes() + duration.bytes();
}

Tally::Tally(const Question& question, const TimeZone& zone, Grow grow)
    : question_(question),
      zone_(zone),
      grow_(std::move(grow)),
      met_(question.by.empty() ? 0 : std::size_t{1} << met_bits) {
  for (const auto& measure : question.measures) {
    needs_.actors |= measure.kind == MeasureKind::actors;
    needs_.activities |= measure.kind == MeasureKind::activities;
    needs_.registrations |= measure.kind == MeasureKind::registrations;
    const bool kept = measure.kind == MeasureKind::percentile;
    needs_.scores |= measure.quantity == Quantity::scaled || measure.quantity == Quantity::raw;
    needs_.scaled_kept |= kept && measure.quantity == Quantity::scaled;
    needs_.raw_kept |= kept && measure.quantity == Quantity::raw;
    needs_.durations |= measure.quantity == Quantity::duration;
    needs_.durations_kept |= kept && measure.quantity == Quantity::duration;
  }
}

Result<void> Tally::add(const FactRow& row, std::uint64_t times) {
  if (row.score_says_nothing) ++scores_left_out_;
  if (row.duration_says_nothing) ++durations_left_out_;
  RETURN_IF_ERROR(count_in(totals_, row, times));
  if (question_.by.empty()) return {};
  Keys keys{};
  return add_to_groups(row, times, keys, 0);
}

Result<void> Tally::add_to_groups(const FactRow& row, std::uint64_t times, Keys& keys,
                                  std::size_t dimension) {
  if (dimension == question_.by.size()) {
    auto& met = met_[KeysHash()(keys) >> (64 - met_bits)];
    if (met.group == nullptr || met.keys != keys) {
      TRY(met.group, group_of(keys));
      met.keys = keys;
    }
    return count_in(*met.group, row, times);
  }
  const Dimension by = question_.by[dimension];
  if (by == Dimension::course && !row.courses.empty()) {
    for (const auto course : row.courses) {
      keys[dimension] = course;
      RETURN_IF_ERROR(add_to_groups(row, times, keys, dimension + 1));
    }
    return {};
  }
  keys[dimension] = is_time(by) ? bucket_of(by, row.at, zone_) : key_of(by, row);
  return add_to_groups(row, times, keys, dimension + 1);
}

Result<Tally::Group*> Tally::group_of(const Keys& keys) {
  auto& group = groups_[keys];
  if (!group) {
    if (groups_.size() > groups_max)
      return fail(Code::too_large,
                  fmt::format("The answer has more than {} groups: ask for fewer dimensions or by "
                              "a narrower filter",
                              groups_max));
    RETURN_IF_ERROR(grow_(group_bytes));
    group = std::make_unique<Group>();
  }
  return group.get();
}

Result<void> Tally::count_in(Group& group, const FactRow& row, std::uint64_t times) {
  group.count += times;
  group.succeeded += row.success == 1;
  group.failed += row.success == 0;
  group.completed += row.completion == 1;
  group.uncompleted += row.completion == 0;
  if (!needs_.any_growing()) return {};
  const auto before = group.bytes();
  if (needs_.actors && row.actor != 0) group.actors.add(mixed(row.actor));
  if (needs_.activities && row.activity != 0) group.activities.add(mixed(row.activity));
  if (needs_.registrations && row.registration != 0) group.registrations.add(row.registration);
  if (needs_.scores && !row.score_says_nothing) add_score(group, row);
  if (needs_.durations && !row.duration_says_nothing && !std::isnan(row.duration_s))
    group.duration.add(row.duration_s, needs_.durations_kept);
  const auto after = group.bytes();
  return after > before ? grow_(after - before) : Result<void>{};
}

/// A score that a registration and activity was given is sent with what was passed, completed and
/// terminated; it counts once.
void Tally::add_score(Group& group, const FactRow& row) {
  if (std::isnan(row.scaled) && std::isnan(row.raw)) return;
  if (row.registration != 0) {
    std::uint64_t hash = mixed(row.registration + row.activity);
    hash = mixed(hash ^ std::bit_cast<std::uint64_t>(row.scaled));
    hash = mixed(hash + std::bit_cast<std::uint64_t>(row.raw));
    if (!group.scores.add(hash)) return;
  }
  if (!std::isnan(row.scaled)) group.scaled.add(row.scaled, needs_.scaled_kept);
  if (!std::isnan(row.raw)) group.raw.add(row.raw, needs_.raw_kept);
}

std::vector<Statistics::Value> Tally::values_of(const Group& group) const {
  std::vector<Statistics::Value> values;
  for (const auto& measure : question_.measures) {
    const Spread& spread = measure.quantity == Quantity::scaled ? group.scaled
                           : measure.quantity == Quantity::raw  ? group.raw
                                                                : group.duration;
    const auto number = [&]() -> Statistics::Value {
      switch (measure.kind) {
        case MeasureKind::count:
          return static_cast<double>(group.count);
        case MeasureKind::actors:
          return static_cast<double>(group.actors.count());
        case MeasureKind::activities:
          return static_cast<double>(group.activities.count());
        case MeasureKind::registrations:
          return static_cast<double>(group.registrations.count());
        case MeasureKind::success_rate:
          return ratio(group.succeeded, group.failed);
        case MeasureKind::completion_rate:
          return ratio(group.completed, group.uncompleted);
        case MeasureKind::mean:
          return spread.mean();
        case MeasureKind::min:
          return spread.least();
        case MeasureKind::max:
          return spread.greatest();
        case MeasureKind::sum:
          return spread.count() == 0 ? std::nullopt : std::optional(spread.sum());
        case MeasureKind::percentile:
          return spread.percentile(measure.hundredths);
      }
      return std::nullopt;
    };
    // Sums of finite numbers may be beyond what a double holds.
    const auto value = number();
    values.push_back(value && std::isfinite(*value) ? value : std::nullopt);
  }
  return values;
}

bool Tally::less(const Keys& a, const Keys& b, const Dictionary& dictionary) const {
  for (std::size_t i = 0; i < question_.by.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (is_time(question_.by[i])) return a[i] < b[i];
    return dictionary.text(static_cast<std::uint32_t>(a[i])) <
           dictionary.text(static_cast<std::uint32_t>(b[i]));
  }
  return false;
}

Statistics::Group Tally::told(const Keys& keys, const Group& group,
                              const Dictionary& dictionary) const {
  Statistics::Group out;
  for (std::size_t i = 0; i < question_.by.size(); ++i) {
    const Dimension by = question_.by[i];
    if (is_time(by))
      out.keys.emplace_back(bucket_text(by, keys[i], zone_));
    else if (keys[i] == 0)
      out.keys.emplace_back(std::nullopt);
    else
      out.keys.emplace_back(dictionary.text(static_cast<std::uint32_t>(keys[i])));
  }
  out.values = values_of(group);
  return out;
}

/// What a group takes that is told: as a value, as text, and once more while that is put together.
/// One long text may stand in the keys of many groups.
std::uint64_t Tally::told_bytes(const Keys& keys, const Dictionary& dictionary) const {
  constexpr std::uint64_t times = 3, plain_bytes = 128;
  std::uint64_t bytes = plain_bytes;
  for (std::size_t i = 0; i < question_.by.size(); ++i)
    if (!is_time(question_.by[i]))
      bytes += dictionary.text(static_cast<std::uint32_t>(keys[i])).size();
  return times * bytes;
}

Result<Statistics> Tally::finish(const Dictionary& dictionary) {
  Statistics out;
  out.totals.values = values_of(totals_);
  out.scores_left_out = needs_.scores ? scores_left_out_ : 0;
  out.durations_left_out = needs_.durations ? durations_left_out_ : 0;
  out.groups_in_all = groups_.size();
  struct Ranked {
    const Keys* keys;
    const Group* group;
    Statistics::Value value;
  };
  std::vector<Ranked> ranked;
  for (const auto& [keys, group] : groups_)
    ranked.push_back({&keys, group.get(), question_.top > 0 ? values_of(*group).front() : 0});
  // Greatest first; what has no value last, since it is less than any.
  std::sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) {
    if (a.value != b.value) return a.value > b.value;
    return less(*a.keys, *b.keys, dictionary);
  });
  if (question_.top > 0 && ranked.size() > question_.top) {
    const auto last = ranked[question_.top - 1].value;
    for (std::size_t i = question_.top; i < ranked.size() && ranked[i].value == last; ++i)
      ++out.ties;
    ranked.resize(question_.top);
  }
  const auto note = [&](const Group& group) {
    out.estimated_counts |=
        !group.actors.exact() || !group.activities.exact() || !group.registrations.exact();
    out.estimated_percentiles |=
        !group.scaled.exact() || !group.raw.exact() || !group.duration.exact();
  };
  note(totals_);
  for (const auto& one : ranked) {
    note(*one.group);
    RETURN_IF_ERROR(grow_(told_bytes(*one.keys, dictionary)));
    out.groups.push_back(told(*one.keys, *one.group, dictionary));
  }
  return out;
}

}  // namespace lectern::lrs
