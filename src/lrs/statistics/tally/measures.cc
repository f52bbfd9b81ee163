#include "lrs/statistics/tally/measures.h"

#include <bit>
#include <cmath>

#include "lrs/statistics/columns/mixed.h"

namespace lectern::lrs {
namespace {

using Rows = std::span<const std::uint32_t>;

std::optional<double> ratio(const std::array<std::uint64_t, 3>& said) {
  const auto yes = static_cast<double>(said[2]), no = static_cast<double>(said[1]);
  return yes + no == 0 ? std::nullopt : std::optional(yes / (yes + no));
}

void add_codes(std::vector<DistinctCodes>& sets, const FactBlock::Column<std::uint32_t>& column,
               Rows rows, Rows group_of_row, std::size_t codes, std::size_t& grown) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const auto code = column[rows[i]]; code != 0) sets[group_of_row[i]].add(code, codes, grown);
}

/// What the scores of one registration and activity have in common that are one; 0 without a
/// registration.
std::uint64_t score_hash(const FactBlock::Columns& columns, std::size_t row, double scaled,
                         double raw, std::uint32_t group) {
  const auto registration = columns.registration[row];
  if (registration == 0) return 0;
  std::uint64_t hash = mixed(std::uint64_t{registration} << 32 | columns.activity[row]);
  hash = mixed(hash ^ std::bit_cast<std::uint64_t>(scaled)) + group;
  return mixed(hash ^ std::bit_cast<std::uint64_t>(raw)) | 1;
}

}  // namespace

Measures::Measures(const Question& question, std::size_t groups) {
  for (const auto& measure : question.measures) {
    const bool kept = measure.kind == MeasureKind::percentile;
    needs_.said |=
        measure.kind == MeasureKind::success_rate || measure.kind == MeasureKind::completion_rate;
    needs_.actors |= measure.kind == MeasureKind::actors;
    needs_.activities |= measure.kind == MeasureKind::activities;
    needs_.registrations |= measure.kind == MeasureKind::registrations;
    needs_.scores |= measure.quantity == Quantity::scaled || measure.quantity == Quantity::raw;
    needs_.scaled_kept |= kept && measure.quantity == Quantity::scaled;
    needs_.raw_kept |= kept && measure.quantity == Quantity::raw;
    needs_.durations |= measure.quantity == Quantity::duration;
    needs_.durations_kept |= kept && measure.quantity == Quantity::duration;
  }
  std::size_t grown = 0;
  make_room(groups, grown);
}

void Measures::make_room(std::size_t groups, std::size_t& grown) {
  if (groups <= groups_) return;
  std::size_t group_bytes = 0;
  const auto resize = [&]<typename T>(std::vector<T>& values, bool needed) {
    if (!needed) return;
    values.resize(groups);
    group_bytes += 2 * sizeof(T);  // as vectors grow
  };
  resize(counts_, true);
  resize(said_, needs_.said);
  resize(actors_, needs_.actors);
  resize(activities_, needs_.activities);
  resize(registrations_, needs_.registrations);
  resize(scaled_, needs_.scores);
  resize(raw_, needs_.scores);
  resize(durations_, needs_.durations);
  grown += (groups - groups_) * group_bytes;
  groups_ = groups;
}

void Measures::add(const FactColumns& columns, const FactBlock& block, Rows rows, Rows group_of_row,
                   std::size_t groups, std::size_t& grown) {
  make_room(groups, grown);
  for (const auto group : group_of_row) ++counts_[group];
  const auto& of = block.columns();
  if (needs_.said)
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& said = said_[group_of_row[i]];
      ++said.success[static_cast<std::size_t>(of.success[rows[i]] + 1)];
      ++said.completion[static_cast<std::size_t>(of.completion[rows[i]] + 1)];
    }
  const auto texts = columns.dictionary().size();
  if (needs_.actors) add_codes(actors_, of.actor, rows, group_of_row, texts, grown);
  if (needs_.activities) add_codes(activities_, of.activity, rows, group_of_row, texts, grown);
  if (needs_.registrations)
    add_codes(registrations_, of.registration, rows, group_of_row, columns.registrations().size(),
              grown);
  if (needs_.scores && (block.has.scaled || block.has.raw))
    add_scores(block, rows, group_of_row, grown);
  if (needs_.durations && block.has.duration_s) add_durations(block, rows, group_of_row, grown);
}

/// A score that a registration and activity was given is sent with what was passed, completed and
/// terminated; it counts once.
void Measures::add_scores(const FactBlock& block, Rows rows, Rows group_of_row,
                          std::size_t& grown) {
  const auto& columns = block.columns();
  scored_.clear();
  hashes_.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    const double scaled = block.number(&FactBlock::Columns::scaled, &FactBlock::Has::scaled, row);
    const double raw = block.number(&FactBlock::Columns::raw, &FactBlock::Has::raw, row);
    const bool says_nothing = (columns.flags[row] & FactBlock::score_says_nothing) != 0;
    if (says_nothing || (std::isnan(scaled) && std::isnan(raw))) continue;
    scored_.push_back({row, group_of_row[i]});
    hashes_.push_back(score_hash(columns, row, scaled, raw, group_of_row[i]));
  }
  is_new_.resize(hashes_.size());
  scores_.add(hashes_, is_new_.data(), grown);
  const auto add_number = [&](std::vector<Spread>& spreads,
                              FactBlock::Column<double> FactBlock::Columns::*column, bool kept) {
    for (std::size_t i = 0; i < scored_.size(); ++i) {
      const double number = (columns.*column)[scored_[i].row];
      if (is_new_[i] != 0 && !std::isnan(number))
        spreads[scored_[i].group].add(number, kept, grown);
    }
  };
  if (block.has.scaled) add_number(scaled_, &FactBlock::Columns::scaled, needs_.scaled_kept);
  if (block.has.raw) add_number(raw_, &FactBlock::Columns::raw, needs_.raw_kept);
}

void Measures::add_durations(const FactBlock& block, Rows rows, Rows group_of_row,
                             std::size_t& grown) {
  const auto& columns = block.columns();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double seconds = columns.duration_s[rows[i]];
    const bool says_nothing = (columns.flags[rows[i]] & FactBlock::duration_says_nothing) != 0;
    if (!says_nothing && !std::isnan(seconds))
      durations_[group_of_row[i]].add(seconds, needs_.durations_kept, grown);
  }
}

void Measures::merge(const Measures& other, Rows group_of, std::size_t groups,
                     const FactColumns& columns, std::size_t& grown) {
  make_room(groups, grown);
  const auto texts = columns.dictionary().size();
  const auto merge_sets = [&](std::vector<DistinctCodes>& here,
                              const std::vector<DistinctCodes>& there, std::size_t codes) {
    for (std::size_t i = 0; i < there.size(); ++i) here[group_of[i]].merge(there[i], codes, grown);
  };
  const auto merge_spreads = [&](std::vector<Spread>& here, const std::vector<Spread>& there) {
    for (std::size_t i = 0; i < there.size(); ++i) here[group_of[i]].merge(there[i], grown);
  };
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[group_of[i]] += other.counts_[i];
  for (std::size_t i = 0; i < other.said_.size(); ++i)
    for (std::size_t said = 0; said < 3; ++said) {
      said_[group_of[i]].success[said] += other.said_[i].success[said];
      said_[group_of[i]].completion[said] += other.said_[i].completion[said];
    }
  merge_sets(actors_, other.actors_, texts);
  merge_sets(activities_, other.activities_, texts);
  merge_sets(registrations_, other.registrations_, columns.registrations().size());
  merge_spreads(scaled_, other.scaled_);
  merge_spreads(raw_, other.raw_);
  merge_spreads(durations_, other.durations_);
}

const Spread& Measures::spread(Quantity quantity, std::size_t group) const {
  return quantity == Quantity::scaled ? scaled_[group]
         : quantity == Quantity::raw  ? raw_[group]
                                      : durations_[group];
}

std::optional<double> Measures::value(const Measure& measure, std::size_t group) const {
  const auto number = [&]() -> std::optional<double> {
    switch (measure.kind) {
      case MeasureKind::count:
        return static_cast<double>(counts_[group]);
      case MeasureKind::actors:
        return static_cast<double>(actors_[group].count());
      case MeasureKind::activities:
        return static_cast<double>(activities_[group].count());
      case MeasureKind::registrations:
        return static_cast<double>(registrations_[group].count());
      case MeasureKind::success_rate:
        return ratio(said_[group].success);
      case MeasureKind::completion_rate:
        return ratio(said_[group].completion);
      case MeasureKind::mean:
        return spread(measure.quantity, group).mean();
      case MeasureKind::min:
        return spread(measure.quantity, group).least();
      case MeasureKind::max:
        return spread(measure.quantity, group).greatest();
      case MeasureKind::sum: {
        const auto& numbers = spread(measure.quantity, group);
        return numbers.count() == 0 ? std::nullopt : std::optional(numbers.sum());
      }
      case MeasureKind::percentile:
        return spread(measure.quantity, group).percentile(measure.hundredths);
    }
    return std::nullopt;
  };
  // Sums of finite numbers may be beyond what a double holds.
  const auto value = number();
  return value && std::isfinite(*value) ? value : std::nullopt;
}

bool Measures::exact(std::size_t group) const {
  const auto is_exact = [&](const std::vector<Spread>& spreads) {
    return group >= spreads.size() || spreads[group].exact();
  };
  return is_exact(scaled_) && is_exact(raw_) && is_exact(durations_);
}

}  // namespace lectern::lrs
