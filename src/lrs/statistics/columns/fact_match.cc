#include "lrs/statistics/columns/fact_match.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace lectern::lrs {
namespace {

std::int64_t micros_of(Time time) { return time.time_since_epoch().count(); }

bool holds(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

/// Keeps the rows for which `fits` is true, in their order.
template <typename Fits>
void keep(std::vector<std::uint32_t>& rows, Fits fits) {
  std::size_t kept = 0;
  for (const auto row : rows) {
    rows[kept] = row;
    kept += fits(row) ? 1 : 0;
  }
  rows.resize(kept);
}

}  // namespace

FactMatch::FactMatch(const FactColumns& columns, const Selection& selection,
                     const ChainFilter& filter, const std::optional<xapi::Term>& authority,
                     Time until)
    : columns_(columns),
      since_(std::numeric_limits<std::int64_t>::min()),
      until_(micros_of(until)),
      types_(numbers_of(selection.activity_types)),
      platforms_(numbers_of(selection.platforms)),
      languages_(numbers_of(selection.languages)) {
  if (selection.clock == Clock::stored) {
    if (selection.since) since_ = micros_of(*selection.since);
    if (selection.until) until_ = std::min(until_, micros_of(*selection.until));
  } else {
    if (selection.since) timestamp_since_ = micros_of(*selection.since);
    if (selection.until) timestamp_until_ = micros_of(*selection.until);
  }
  for (const auto& term : filter.terms) want({term});
  for (const auto& list : filter.any_of) want(list);
  if (authority) {
    want({*authority});
    if (able_) {
      authority_ = std::move(wanted_.back());
      wanted_.pop_back();
    }
  }
  if (!selection.courses.empty())
    courses_ = columns.lists().holding(numbers_of(selection.courses).numbers);
  if (!selection.parents.empty())
    parents_ = columns.lists().holding(numbers_of(selection.parents).numbers);
  if (selection.success) success_ = *selection.success ? 1 : 0;
  if (selection.completion) completion_ = *selection.completion ? 1 : 0;
}

void FactMatch::want(const xapi::Terms& terms) {
  Wanted wanted;
  wanted.kind = terms.front().kind;
  for (const auto& term : terms) {
    if (term.value.starts_with('#')) able_ = false;
    const auto number = term.kind == xapi::TermKind::registration
                            ? columns_.registration(term.value)
                            : columns_.dictionary().find(term.value);
    if (number != 0) wanted.numbers.push_back(number);
  }
  wanted.lists = columns_.lists().holding(wanted.numbers);
  wanted_.push_back(std::move(wanted));
}

FactMatch::WantedTexts FactMatch::numbers_of(const std::vector<std::string>& texts) const {
  WantedTexts out;
  out.any = texts.empty();
  for (const auto& text : texts) {
    const auto number = columns_.dictionary().find(text);
    // "" asks for what is not there, which has the number 0.
    if (number != 0 || text.empty()) out.numbers.push_back(number);
  }
  return out;
}

void FactMatch::select(std::size_t number, std::vector<std::uint32_t>& rows,
                       std::vector<std::uint32_t>& perhaps) const {
  const FactBlock& block = *columns_.blocks()[number];
  const auto& of = block.columns();
  rows.clear();
  perhaps.clear();
  if (of.stored.front() > until_ || of.stored[block.rows - 1] <= since_) return;
  rows.resize(block.rows);
  std::iota(rows.begin(), rows.end(), 0);
  keep_plain(block, rows);
  if (wanted_.empty()) return;
  if (!block.referring.empty()) perhaps = rows;
  for (const auto& wanted : wanted_)
    keep(rows, [&](std::uint32_t row) { return fits(wanted, of, row); });
  std::size_t next = 0;
  keep(perhaps, [&](std::uint32_t row) {
    while (next < rows.size() && rows[next] < row) ++next;
    const bool is_in = next < rows.size() && rows[next] == row;
    return !is_in && (of.flags[row] & FactBlock::refers) != 0;
  });
}

/// Everything but what may also be met along a chain of references.
void FactMatch::keep_plain(const FactBlock& block, std::vector<std::uint32_t>& rows) const {
  const auto& of = block.columns();
  keep(rows, [&](std::uint32_t row) { return (of.flags[row] & FactBlock::voided) == 0; });
  if (of.stored.front() <= since_ || of.stored[block.rows - 1] > until_)
    keep(rows,
         [&](std::uint32_t row) { return of.stored[row] > since_ && of.stored[row] <= until_; });
  if (timestamp_since_)
    keep(rows, [&](std::uint32_t row) { return of.timestamp[row] > *timestamp_since_; });
  if (timestamp_until_)
    keep(rows, [&](std::uint32_t row) { return of.timestamp[row] <= *timestamp_until_; });
  if (courses_) keep(rows, [&](std::uint32_t row) { return (*courses_)[of.courses[row]] != 0; });
  if (parents_) keep(rows, [&](std::uint32_t row) { return (*parents_)[of.parents[row]] != 0; });
  if (success_ >= 0) keep(rows, [&](std::uint32_t row) { return of.success[row] == success_; });
  if (completion_ >= 0)
    keep(rows, [&](std::uint32_t row) { return of.completion[row] == completion_; });
  keep_texts(types_, of.activity_type, rows);
  keep_texts(platforms_, of.platform, rows);
  keep_texts(languages_, of.language, rows);
  if (authority_) keep(rows, [&](std::uint32_t row) { return fits(*authority_, of, row); });
}

void FactMatch::keep_texts(const WantedTexts& wanted,
                           const FactBlock::Column<std::uint32_t>& column,
                           std::vector<std::uint32_t>& rows) {
  if (wanted.any) return;
  keep(rows, [&](std::uint32_t row) { return holds(wanted.numbers, column[row]); });
}

bool FactMatch::fits(const Wanted& wanted, const FactBlock::Columns& columns, std::size_t row) {
  switch (wanted.kind) {
    case xapi::TermKind::verb:
      return holds(wanted.numbers, columns.verb[row]);
    case xapi::TermKind::activity:
      return holds(wanted.numbers, columns.activity[row]);
    case xapi::TermKind::related_activity:
      return holds(wanted.numbers, columns.activity[row]) ||
             wanted.lists[columns.related_activities[row]] != 0;
    case xapi::TermKind::agent:
      return holds(wanted.numbers, columns.actor[row]) || wanted.lists[columns.agents[row]] != 0;
    case xapi::TermKind::related_agent:
      return holds(wanted.numbers, columns.actor[row]) ||
             wanted.lists[columns.related_agents[row]] != 0;
    case xapi::TermKind::authority:
      return wanted.lists[columns.authorities[row]] != 0;
    case xapi::TermKind::registration:
      return holds(wanted.numbers, columns.registration[row]);
    case xapi::TermKind::inherits:
      return false;
  }
  return false;
}

}  // namespace lectern::lrs
