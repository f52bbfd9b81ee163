#include "lrs/statistics/columns/fact_columns.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_set>

#include "base/text.h"
#include "lrs/statistics/columns/mixed.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

std::int64_t micros_of(Time time) { return time.time_since_epoch().count(); }

std::uint64_t hash_of(const Uuid& id) { return mixed(std::hash<Uuid>{}(id)); }

/// Of either letter case; 0 of no text.
std::uint64_t registration_hash(std::string_view text) {
  if (text.empty()) return 0;
  return std::max<std::uint64_t>(1, mixed(std::hash<std::string>{}(lower_case(text))));
}

std::int8_t said(const std::optional<bool>& value) {
  if (!value) return -1;
  return *value ? 1 : 0;
}

}  // namespace

std::size_t FactColumns::bytes() const {
  std::size_t bytes = texts_.bytes() + lists_.bytes() + registrations_.bytes();
  for (const auto& block : blocks_) bytes += block->bytes();
  return bytes;
}

void FactColumns::add(const xapi::Position& position, json::Value statement,
                      const std::optional<xapi::Position>& voids) {
  if (blocks_.empty() || blocks_.back()->rows == FactBlock::rows_max) {
    blocks_.push_back(std::make_unique<FactBlock>());
    blocks_.back()->texts_before = texts_.size();
    blocks_.back()->lists_before = lists_.size();
    blocks_.back()->registrations_before = registrations_.size();
  }
  FactBlock& block = *blocks_.back();
  auto& columns = block.columns();
  const std::size_t at = block.rows;
  const auto facts = xapi::facts_of(statement);
  columns.stored[at] = micros_of(position.stored);
  columns.timestamp[at] = micros_of(facts.timestamp.value_or(position.stored));
  columns.id_hash[at] = hash_of(position.id);
  columns.flags[at] = 0;
  add_facts(block, facts);
  add_terms(block, statement);
  if (xapi::reference_of(statement)) {
    columns.flags[at] |= FactBlock::refers;
    block.referring.push_back({static_cast<std::uint32_t>(at), position.id});
  }
  if (voids) block.voids.push_back(*voids);
  block.last = last_ = position;
  ++block.rows;
  ++size_;
}

void FactColumns::add_facts(FactBlock& block, const xapi::Facts& facts) {
  auto& columns = block.columns();
  const std::size_t at = block.rows;
  columns.verb[at] = texts_.add(facts.verb);
  columns.activity[at] = texts_.add(facts.activity);
  columns.activity_type[at] = texts_.add(facts.activity_type);
  columns.actor[at] = texts_.add(facts.actor);
  columns.authority[at] = texts_.add(facts.authority);
  columns.platform[at] = texts_.add(facts.platform);
  columns.language[at] = texts_.add(facts.language);
  columns.version[at] = texts_.add(facts.version);
  columns.registration[at] = registrations_.add(registration_hash(facts.registration));
  std::vector<std::uint32_t> courses;
  for (const auto course : facts.courses) courses.push_back(texts_.add(course));
  columns.courses[at] = lists_.add(courses);
  courses.resize(std::min(courses.size(), facts.parents.size()));  // parents come first
  columns.parents[at] = lists_.add(courses);
  block.add_number(&FactBlock::Columns::scaled, &FactBlock::Has::scaled, facts.scaled);
  block.add_number(&FactBlock::Columns::raw, &FactBlock::Has::raw, facts.raw);
  block.add_number(&FactBlock::Columns::duration_s, &FactBlock::Has::duration_s, facts.duration_s);
  columns.success[at] = said(facts.success);
  columns.completion[at] = said(facts.completion);
  if (facts.score_says_nothing) columns.flags[at] |= FactBlock::score_says_nothing;
  if (facts.duration_says_nothing) columns.flags[at] |= FactBlock::duration_says_nothing;
}

/// What queries can ask for and facts have not: agents and activities all over the statement.
void FactColumns::add_terms(FactBlock& block, json::Value statement) {
  auto& columns = block.columns();
  const std::size_t at = block.rows;
  std::vector<std::uint32_t> agents, related_agents, related_activities, authorities;
  for (const auto& term : xapi::terms_of(statement)) {
    const auto add_to = [&](std::vector<std::uint32_t>& list, std::uint32_t but) {
      const auto number = texts_.add(term.value);
      if (number != but) list.push_back(number);
    };
    if (term.kind == xapi::TermKind::agent) add_to(agents, columns.actor[at]);
    if (term.kind == xapi::TermKind::related_agent) add_to(related_agents, columns.actor[at]);
    if (term.kind == xapi::TermKind::related_activity)
      add_to(related_activities, columns.activity[at]);
    if (term.kind == xapi::TermKind::authority) add_to(authorities, 0);
  }
  columns.agents[at] = lists_.add(agents);
  columns.related_agents[at] = lists_.add(related_agents);
  columns.related_activities[at] = lists_.add(related_activities);
  columns.authorities[at] = lists_.add(authorities);
}

/// Those that were stored at one instant are looked for together: a batch is, and voiding each of
/// its statements would look at all of them each time.
void FactColumns::mark_voided(const std::vector<xapi::Position>& positions) {
  std::map<std::int64_t, std::unordered_set<std::uint64_t>> by_stored;
  for (const auto& position : positions)
    by_stored[micros_of(position.stored)].insert(hash_of(position.id));
  for (const auto& [stored, hashes] : by_stored) {
    auto block = std::lower_bound(blocks_.begin(), blocks_.end(), stored,
                                  [](const auto& one, std::int64_t instant) {
                                    return one->columns().stored[one->rows - 1] < instant;
                                  });
    for (; block != blocks_.end() && (*block)->columns().stored.front() <= stored; ++block) {
      auto& columns = (*block)->columns();
      const auto end = columns.stored.begin() + static_cast<std::ptrdiff_t>((*block)->rows);
      for (auto at = std::lower_bound(columns.stored.begin(), end, stored);
           at != end && *at == stored; ++at) {
        const auto row = static_cast<std::size_t>(at - columns.stored.begin());
        if (hashes.contains(columns.id_hash[row])) columns.flags[row] |= FactBlock::voided;
      }
    }
  }
}

void FactColumns::mark_what_is_voided() {
  std::vector<xapi::Position> all;
  for (const auto& block : blocks_) all.insert(all.end(), block->voids.begin(), block->voids.end());
  mark_voided(all);
}

void FactColumns::adopt(std::unique_ptr<FactBlock> block, const News& news) {
  for (const auto& text : news.texts) texts_.add(text);
  for (const auto& list : news.lists) lists_.add(list);
  for (const auto hash : news.registrations) registrations_.add(hash);
  last_ = block->last;
  size_ += block->rows;
  blocks_.push_back(std::move(block));
}

void FactColumns::put(std::size_t number, std::unique_ptr<FactBlock> block) {
  const auto& flags = blocks_[number]->columns().flags;
  if (block->columns().flags != flags) block->columns().flags = flags;  // what is voided
  blocks_[number] = std::move(block);
}

void FactColumns::clear_rows() {
  if (blocks_.size() > 1) blocks_.resize(1);
  if (!blocks_.empty()) blocks_.front()->clear();
  size_ = 0;
}

Uuid FactColumns::referring_id(RowRef place) const {
  const auto& referring = blocks_[place.block]->referring;
  const auto at = std::lower_bound(
      referring.begin(), referring.end(), place.row,
      [](const FactBlock::Referring& one, std::size_t row) { return one.row < row; });
  return at->id;
}

std::uint32_t FactColumns::registration(std::string_view text) const {
  return registrations_.find(registration_hash(text));
}

const FactBlock::Column<std::uint32_t>& FactColumns::column(const FactBlock& block, Dimension by) {
  using C = FactBlock::Columns;
  // In the order of Dimension.
  static constexpr std::array columns{&C::verb,     &C::activity, &C::activity_type,
                                      &C::courses,  &C::actor,    &C::authority,
                                      &C::platform, &C::language, &C::version};
  return block.columns().*columns[static_cast<std::size_t>(by)];
}

}  // namespace lectern::lrs
