#include "lrs/statistics/fact_columns.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_set>

#include "lrs/statistics/distinct_count.h"
#include "xapi/facts.h"

namespace lectern::lrs {
namespace {

std::int64_t micros_of(Time time) { return time.time_since_epoch().count(); }

std::uint64_t hash_of(const Uuid& id) { return mixed(std::hash<Uuid>{}(id)); }

bool holds(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

/// Keeps a number in a column that begins with the first row that has one.
void keep(std::vector<double>& column, double number, std::size_t row, std::size_t rows_max) {
  if (column.empty() && std::isnan(number)) return;
  if (column.empty()) column.reserve(rows_max);
  column.resize(row, std::numeric_limits<double>::quiet_NaN());
  column.push_back(number);
}

double number_at(const std::vector<double>& column, std::size_t row) {
  return row < column.size() ? column[row] : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::uint32_t ListDictionary::add(const std::vector<std::uint32_t>& list) {
  const auto [at, is_new] = numbers_.try_emplace(list, static_cast<std::uint32_t>(lists_.size()));
  if (is_new) {
    constexpr std::size_t entry_bytes = 96;
    lists_.push_back(&at->first);
    bytes_ += list.size() * sizeof(std::uint32_t) + entry_bytes;
  }
  return at->second;
}

std::vector<bool> ListDictionary::holding(const std::vector<std::uint32_t>& wanted) const {
  std::vector<bool> out(lists_.size());
  for (std::size_t i = 0; i < lists_.size(); ++i)
    out[i] = std::any_of(lists_[i]->begin(), lists_[i]->end(),
                         [&](std::uint32_t number) { return holds(wanted, number); });
  return out;
}

void FactColumns::Block::reserve() {
  for (auto* const column : {&stored, &timestamp}) column->reserve(block_rows);
  for (auto* const column : {&id_hash, &registration}) column->reserve(block_rows);
  for (auto* const column :
       {&verb, &activity, &activity_type, &actor, &authority, &platform, &language, &version,
        &courses, &parents, &agents, &related_agents, &related_activities, &authorities})
    column->reserve(block_rows);
  for (auto* const column : {&success, &completion}) column->reserve(block_rows);
  flags.reserve(block_rows);
}

std::size_t FactColumns::Block::bytes() const {
  constexpr std::size_t row_bytes = 4 * 8 + 14 * 4 + 3;
  return block_rows * row_bytes + 8 * (scaled.capacity() + raw.capacity() + duration_s.capacity());
}

std::size_t FactColumns::bytes() const {
  constexpr std::size_t referring_bytes = 64;
  std::size_t bytes = texts_.bytes() + lists_.bytes() + referring_.size() * referring_bytes;
  for (const auto& block : blocks_) bytes += block->bytes();
  return bytes;
}

void FactColumns::add(const xapi::Position& position, json::Value statement) {
  if (size_ % block_rows == 0) {
    blocks_.push_back(std::make_unique<Block>());
    blocks_.back()->reserve();
  }
  Block& block = *blocks_.back();
  const auto facts = xapi::facts_of(statement);
  const FactRow row = row_of(facts, position.stored, texts_, scratch_);
  const std::size_t at = block.stored.size();
  block.stored.push_back(micros_of(position.stored));
  block.timestamp.push_back(micros_of(facts.timestamp.value_or(position.stored)));
  block.id_hash.push_back(hash_of(position.id));
  block.registration.push_back(row.registration);
  block.verb.push_back(row.verb);
  block.activity.push_back(row.activity);
  block.activity_type.push_back(row.activity_type);
  block.actor.push_back(row.actor);
  block.authority.push_back(row.authority);
  block.platform.push_back(row.platform);
  block.language.push_back(row.language);
  block.version.push_back(row.version);
  block.courses.push_back(lists_.add(scratch_));
  scratch_.resize(std::min(scratch_.size(), facts.parents.size()));  // parents come first
  block.parents.push_back(lists_.add(scratch_));
  keep(block.scaled, row.scaled, at, block_rows);
  keep(block.raw, row.raw, at, block_rows);
  keep(block.duration_s, row.duration_s, at, block_rows);
  block.success.push_back(row.success);
  block.completion.push_back(row.completion);
  const bool is_referring = xapi::reference_of(statement).has_value();
  if (is_referring) referring_.emplace(size_, position.id);
  block.flags.push_back(static_cast<std::uint8_t>(
      (row.score_says_nothing ? score_says_nothing : 0) |
      (row.duration_says_nothing ? duration_says_nothing : 0) | (is_referring ? refers : 0)));
  add_terms(block, statement, row);
  last_ = position;
  ++size_;
}

/// What queries can ask for and the row has not: agents and activities all over the statement.
void FactColumns::add_terms(Block& block, json::Value statement, const FactRow& row) {
  std::vector<std::uint32_t> agents, related_agents, related_activities, authorities;
  for (const auto& term : xapi::terms_of(statement)) {
    const auto add_to = [&](std::vector<std::uint32_t>& list, std::uint32_t but) {
      const auto number = texts_.add(term.value);
      if (number != but) list.push_back(number);
    };
    if (term.kind == xapi::TermKind::agent) add_to(agents, row.actor);
    if (term.kind == xapi::TermKind::related_agent) add_to(related_agents, row.actor);
    if (term.kind == xapi::TermKind::related_activity) add_to(related_activities, row.activity);
    if (term.kind == xapi::TermKind::authority) add_to(authorities, 0);
  }
  block.agents.push_back(lists_.add(agents));
  block.related_agents.push_back(lists_.add(related_agents));
  block.related_activities.push_back(lists_.add(related_activities));
  block.authorities.push_back(lists_.add(authorities));
}

/// Those that were stored at one instant are looked for together: a batch is, and voiding each of
/// its statements would look at all of them each time.
void FactColumns::mark_voided(const std::vector<xapi::Position>& positions) {
  std::map<std::int64_t, std::unordered_set<std::uint64_t>> by_stored;
  for (const auto& position : positions)
    by_stored[micros_of(position.stored)].insert(hash_of(position.id));
  for (const auto& [stored, hashes] : by_stored)
    for (const auto& block : blocks_) {
      if (block->stored.back() < stored) continue;
      const auto begin = std::lower_bound(block->stored.begin(), block->stored.end(), stored);
      for (auto at = begin; at != block->stored.end() && *at == stored; ++at) {
        const auto row = static_cast<std::size_t>(at - block->stored.begin());
        if (hashes.contains(block->id_hash[row])) block->flags[row] |= voided;
      }
      if (block->stored.back() > stored) break;
    }
}

FactRow FactColumns::row(RowRef place, const FactNeeds& needs) const {
  const Block& block = *blocks_[place.block];
  const std::size_t i = place.row;
  FactRow row;
  if (needs.instant) {
    const auto micros = needs.clock == Clock::stored ? block.stored[i] : block.timestamp[i];
    row.at = Time(std::chrono::microseconds(micros));
  }
  if (needs.verb) row.verb = block.verb[i];
  if (needs.activity) row.activity = block.activity[i];
  if (needs.actor) row.actor = block.actor[i];
  if (needs.courses) row.courses = lists_.list(block.courses[i]);
  if (needs.others) {
    row.activity_type = block.activity_type[i];
    row.authority = block.authority[i];
    row.platform = block.platform[i];
    row.language = block.language[i];
    row.version = block.version[i];
  }
  if (needs.results) {
    row.registration = block.registration[i];
    row.scaled = number_at(block.scaled, i);
    row.raw = number_at(block.raw, i);
    row.duration_s = number_at(block.duration_s, i);
    row.success = block.success[i];
    row.completion = block.completion[i];
    row.score_says_nothing = (block.flags[i] & score_says_nothing) != 0;
    row.duration_says_nothing = (block.flags[i] & duration_says_nothing) != 0;
  }
  return row;
}

FactRow FactColumns::row_with(Dimension by, std::uint32_t code) const {
  FactRow row;
  if (by == Dimension::verb) row.verb = code;
  if (by == Dimension::activity) row.activity = code;
  if (by == Dimension::activity_type) row.activity_type = code;
  if (by == Dimension::course) row.courses = lists_.list(code);
  if (by == Dimension::actor) row.actor = code;
  if (by == Dimension::authority) row.authority = code;
  if (by == Dimension::platform) row.platform = code;
  if (by == Dimension::language) row.language = code;
  if (by == Dimension::version) row.version = code;
  return row;
}

FactColumns::Match::Match(const FactColumns& columns, const Selection& selection,
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
    courses_ = columns.lists_.holding(numbers_of(selection.courses).numbers);
  if (!selection.parents.empty())
    parents_ = columns.lists_.holding(numbers_of(selection.parents).numbers);
  if (selection.success) success_ = *selection.success ? 1 : 0;
  if (selection.completion) completion_ = *selection.completion ? 1 : 0;
  asks_ = selection.asks_for_facts() || authority_;
}

void FactColumns::Match::want(const xapi::Terms& terms) {
  Wanted wanted;
  wanted.kind = terms.front().kind;
  for (const auto& term : terms) {
    if (term.value.starts_with('#')) able_ = false;
    if (term.kind == xapi::TermKind::registration)
      wanted.registrations.push_back(registration_hash(term.value));
    else if (const auto number = columns_.texts_.find(term.value))
      wanted.numbers.push_back(number);
  }
  wanted.lists = columns_.lists_.holding(wanted.numbers);
  wanted_.push_back(std::move(wanted));
}

FactColumns::Match::WantedTexts FactColumns::Match::numbers_of(
    const std::vector<std::string>& texts) const {
  WantedTexts out;
  out.any = texts.empty();
  for (const auto& text : texts) {
    const auto number = columns_.texts_.find(text);
    // "" asks for what is not there, which has the number 0.
    if (number != 0 || text.empty()) out.numbers.push_back(number);
  }
  return out;
}

bool FactColumns::Match::plain_fits(const Block& block, std::size_t i) const {
  const auto text_fits = [](const WantedTexts& wanted, std::uint32_t number) {
    return wanted.any || holds(wanted.numbers, number);
  };
  return (block.flags[i] & voided) == 0 && block.stored[i] > since_ && block.stored[i] <= until_ &&
         (!timestamp_since_ || block.timestamp[i] > *timestamp_since_) &&
         (!timestamp_until_ || block.timestamp[i] <= *timestamp_until_) &&
         (!courses_ || (*courses_)[block.courses[i]]) &&
         (!parents_ || (*parents_)[block.parents[i]]) &&
         (success_ < 0 || block.success[i] == success_) &&
         (completion_ < 0 || block.completion[i] == completion_) &&
         text_fits(types_, block.activity_type[i]) && text_fits(platforms_, block.platform[i]) &&
         text_fits(languages_, block.language[i]) && (!authority_ || fits(*authority_, block, i));
}

bool FactColumns::Match::terms_fit(const Block& block, std::size_t i) const {
  return std::all_of(wanted_.begin(), wanted_.end(),
                     [&](const Wanted& wanted) { return fits(wanted, block, i); });
}

bool FactColumns::Match::fits(const Wanted& wanted, const Block& block, std::size_t i) const {
  switch (wanted.kind) {
    case xapi::TermKind::verb:
      return holds(wanted.numbers, block.verb[i]);
    case xapi::TermKind::activity:
      return holds(wanted.numbers, block.activity[i]);
    case xapi::TermKind::related_activity:
      return holds(wanted.numbers, block.activity[i]) || wanted.lists[block.related_activities[i]];
    case xapi::TermKind::agent:
      return holds(wanted.numbers, block.actor[i]) || wanted.lists[block.agents[i]];
    case xapi::TermKind::related_agent:
      return holds(wanted.numbers, block.actor[i]) || wanted.lists[block.related_agents[i]];
    case xapi::TermKind::authority:
      return wanted.lists[block.authorities[i]];
    case xapi::TermKind::registration:
      return std::find(wanted.registrations.begin(), wanted.registrations.end(),
                       block.registration[i]) != wanted.registrations.end();
    case xapi::TermKind::inherits:
      return false;
  }
  return false;
}

}  // namespace lectern::lrs
