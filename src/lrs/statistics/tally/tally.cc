#include "lrs/statistics/tally/tally.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lectern::lrs {
namespace {

using Rows = std::span<const std::uint32_t>;

/// Rows that are counted at once, so that what is made of them stays in the processor's caches.
constexpr std::size_t rows_at_once = 2'048;
/// All rows are of one group: the totals.
constexpr std::array<std::uint32_t, rows_at_once> of_all{};

bool is_of(const Measure& measure, Quantity quantity) { return measure.quantity == quantity; }

}  // namespace

Tally::Tally(const Question& question, const TimeZone& zone, const FactColumns& columns, Grow grow)
    : question_(question),
      zone_(zone),
      columns_(columns),
      grow_(std::move(grow)),
      totals_(question, 1),
      measures_(question),
      groups_(question.by.size()) {
  for (const auto& measure : question.measures) {
    tells_scores_ |= is_of(measure, Quantity::scaled) || is_of(measure, Quantity::raw);
    tells_durations_ |= is_of(measure, Quantity::duration);
  }
  for (const auto by : question.by)
    buckets_.push_back(is_time(by) ? std::make_unique<BucketNumbers>(by, zone) : nullptr);
}

Result<void> Tally::add(std::size_t block, Rows rows) {
  for (; !rows.empty(); rows = rows.subspan(std::min(rows.size(), rows_at_once)))
    RETURN_IF_ERROR(
        add_some(*columns_.blocks()[block], rows.first(std::min(rows.size(), rows_at_once))));
  return {};
}

Result<void> Tally::add_some(const FactBlock& block, Rows rows) {
  std::size_t grown = 0;
  count_left_out(block, rows);
  totals_.add(columns_, block, rows, Rows(of_all).first(rows.size()), 1, grown);
  if (!question_.by.empty()) {
    find_keys(block, rows);
    groups_.number(codes_, rows_.size(), row_groups_, grown);
    if (groups_.size() > groups_max)
      return fail(Code::too_large,
                  fmt::format("The answer has more than {} groups: ask for fewer dimensions or by "
                              "a narrower filter",
                              groups_max));
    measures_.add(columns_, block, rows_, row_groups_, groups_.size(), grown);
  }
  return charge(grown);
}

Result<void> Tally::charge(std::size_t grown) { return grown > 0 ? grow_(grown) : Result<void>{}; }

void Tally::count_left_out(const FactBlock& block, Rows rows) {
  const auto& flags = block.columns().flags;
  if (tells_scores_)
    for (const auto row : rows)
      scores_left_out_ += (flags[row] & FactBlock::score_says_nothing) != 0 ? 1 : 0;
  if (tells_durations_)
    for (const auto row : rows)
      durations_left_out_ += (flags[row] & FactBlock::duration_says_nothing) != 0 ? 1 : 0;
}

/// The codes of rows in each dimension, and the rows once for each of their courses.
void Tally::find_keys(const FactBlock& block, Rows rows) {
  const auto course = std::find(question_.by.begin(), question_.by.end(), Dimension::course);
  if (course == question_.by.end())
    rows_.assign(rows.begin(), rows.end());
  else
    find_courses(block, rows);
  const auto& instants = question_.selection.clock == Clock::stored ? block.columns().stored
                                                                    : block.columns().timestamp;
  for (std::size_t d = 0; d < question_.by.size(); ++d) {
    if (question_.by[d] == Dimension::course) continue;
    auto& codes = codes_[d];
    codes.resize(rows_.size());
    if (buckets_[d]) {
      for (std::size_t i = 0; i < rows_.size(); ++i)
        codes[i] = buckets_[d]->number(instants[rows_[i]]);
    } else {
      const auto& column = FactColumns::column(block, question_.by[d]);
      for (std::size_t i = 0; i < rows_.size(); ++i) codes[i] = column[rows_[i]];
    }
  }
}

void Tally::find_courses(const FactBlock& block, Rows rows) {
  const auto course = std::find(question_.by.begin(), question_.by.end(), Dimension::course);
  auto& codes = codes_[static_cast<std::size_t>(course - question_.by.begin())];
  rows_.clear();
  codes.clear();
  for (const auto row : rows) {
    const auto list = columns_.lists().list(block.columns().courses[row]);
    for (const auto code : list) {
      rows_.push_back(row);
      codes.push_back(code);
    }
    if (!list.empty()) continue;
    rows_.push_back(row);
    codes.push_back(0);
  }
}

Result<void> Tally::merge(const Tally& other) {
  std::size_t grown = 0;
  scores_left_out_ += other.scores_left_out_;
  durations_left_out_ += other.durations_left_out_;
  totals_.merge(other.totals_, Rows(of_all).first(1), 1, columns_, grown);
  if (question_.by.empty()) return charge(grown);
  const auto count = other.groups_.size();
  for (std::size_t d = 0; d < question_.by.size(); ++d) {
    codes_[d].resize(count);
    for (std::size_t group = 0; group < count; ++group)
      codes_[d][group] = buckets_[d] ? buckets_[d]->number_of_bucket(other.bucket(d, group))
                                     : other.groups_.key(group)[d];
  }
  groups_.number(codes_, count, row_groups_, grown);
  if (groups_.size() > groups_max)
    return fail(Code::too_large, "The answer has more groups than it may have");
  measures_.merge(other.measures_, row_groups_, groups_.size(), columns_, grown);
  return charge(grown);
}

std::int64_t Tally::bucket(std::size_t dimension, std::size_t group) const {
  return buckets_[dimension]->bucket(groups_.key(group)[dimension]);
}

std::string_view Tally::text(std::size_t dimension, std::size_t group) const {
  return columns_.dictionary().text(groups_.key(group)[dimension]);
}

bool Tally::less(std::size_t a, std::size_t b) const {
  for (std::size_t i = 0; i < question_.by.size(); ++i) {
    if (groups_.key(a)[i] == groups_.key(b)[i]) continue;
    return buckets_[i] ? bucket(i, a) < bucket(i, b) : text(i, a) < text(i, b);
  }
  return false;
}

Statistics::Group Tally::told(std::size_t group) const {
  Statistics::Group out;
  for (std::size_t i = 0; i < question_.by.size(); ++i) {
    if (buckets_[i])
      out.keys.emplace_back(bucket_text(question_.by[i], bucket(i, group), zone_));
    else if (groups_.key(group)[i] == 0)
      out.keys.emplace_back(std::nullopt);
    else
      out.keys.emplace_back(text(i, group));
  }
  for (const auto& measure : question_.measures)
    out.values.push_back(measures_.value(measure, group));
  return out;
}

/// What a group takes that is told: as a value, as text, and once more while that is put together.
/// One long text may stand in the keys of many groups.
std::uint64_t Tally::told_bytes(std::size_t group) const {
  constexpr std::uint64_t times = 3, plain_bytes = 128;
  std::uint64_t bytes = plain_bytes;
  for (std::size_t i = 0; i < question_.by.size(); ++i)
    if (!buckets_[i]) bytes += text(i, group).size();
  return times * bytes;
}

/// All groups: by their keys, or with `top` the greatest first.
std::vector<Tally::Ranked> Tally::ranked() const {
  std::vector<Ranked> out;
  for (std::size_t group = 0; group < groups_.size(); ++group)
    out.push_back({group, question_.top > 0 ? measures_.value(question_.measures.front(), group)
                                            : Statistics::Value()});
  // Greatest first; what has no value last, since it is less than any.
  std::sort(out.begin(), out.end(), [&](const Ranked& a, const Ranked& b) {
    return a.value != b.value ? a.value > b.value : less(a.group, b.group);
  });
  return out;
}

Result<Statistics> Tally::finish() const {
  Statistics out;
  for (const auto& measure : question_.measures)
    out.totals.values.push_back(totals_.value(measure, 0));
  out.scores_left_out = scores_left_out_;
  out.durations_left_out = durations_left_out_;
  out.groups_in_all = groups_.size();
  out.estimated_percentiles = !totals_.exact(0);
  auto groups = ranked();
  if (question_.top > 0 && groups.size() > question_.top) {
    const auto last = groups[question_.top - 1].value;
    for (std::size_t i = question_.top; i < groups.size() && groups[i].value == last; ++i)
      ++out.ties;
    groups.resize(question_.top);
  }
  for (const auto& one : groups) {
    out.estimated_percentiles |= !measures_.exact(one.group);
    RETURN_IF_ERROR(grow_(told_bytes(one.group)));
    out.groups.push_back(told(one.group));
  }
  return out;
}

}  // namespace lectern::lrs
