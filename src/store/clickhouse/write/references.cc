#include "store/clickhouse/write/references.h"

#include <algorithm>
#include <unordered_map>

#include "base/json/json.h"
#include "store/clickhouse/write/row_encoding.h"

namespace lectern::store::clickhouse {
namespace {

/// Bytes of a text up to which it is read together with others.
constexpr std::size_t text_bytes_max = 64 * 1024;

}  // namespace

ClickHouseReferences::ClickHouseReferences(Server& server, const TableNames& names,
                                           Deadline deadline)
    : server_(server), names_(names), deadline_(deadline) {}

Result<std::vector<xapi::Position>> ClickHouseReferences::positions_of(std::span<const Uuid> ids) {
  TRY(const auto reservations, reservations_of(server_, names_, ids, deadline_));
  std::vector<xapi::Position> positions;
  for (const Reservation& reservation : reservations) positions.push_back(reservation.position);
  TRY(const auto found, committed(server_, names_, positions, deadline_));
  return std::vector<xapi::Position>(found.begin(), found.end());
}

Result<void> ClickHouseReferences::load_inherited(std::vector<ReferenceNode>& targets) {
  std::vector<Uuid> ids;
  std::unordered_map<Uuid, ReferenceNode*> referring;
  for (auto& target : targets) {
    if (!target.refers_to) continue;
    ids.push_back(target.id);
    referring.emplace(target.id, &target);
  }
  if (ids.empty()) return {};
  const KeyList keys(ids);
  TRY(const auto answer, keys.select(server_,
                                     "SELECT id, value FROM " + names_.marks +
                                         " WHERE kind = 3 AND id IN " + keys.ids(),
                                     deadline_));
  RowReader reader(answer);
  while (reader.more()) {
    const Uuid id = reader.id();
    auto term = xapi::Term::parse(reader.string());
    if (const auto at = referring.find(id); term && at != referring.end())
      at->second->terms.push_back(std::move(*term));
  }
  if (!reader.ok()) return unreadable(names_.marks);
  return {};
}

Result<std::vector<ReferenceNode>> ClickHouseReferences::targets(std::span<const Uuid> ids) {
  std::vector<ReferenceNode> targets;
  if (ids.empty()) return targets;
  TRY(const auto positions, positions_of(ids));
  TRY(auto rows, rows_at(server_, names_, positions, text_bytes_max, deadline_));
  for (StatementRow& row : rows) {
    if (row.text_bytes > text_bytes_max) {
      TRY(auto whole, rows_at(server_, names_, std::span(&row.position, 1), SIZE_MAX, deadline_));
      if (whole.size() == 1) row.json = std::move(whole.front().json);
    }
    auto& target = targets.emplace_back();
    target.id = row.position.id;
    target.voids = (row.flags & flag::voids) != 0;
    if (const auto document = json::parse(std::move(row.json))) {
      target.terms = xapi::terms_of((*document)->root());
      target.refers_to = xapi::reference_of((*document)->root());
    }
  }
  RETURN_IF_ERROR(load_inherited(targets));
  for (auto& target : targets) {
    auto& terms = target.terms;
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  }
  return targets;
}

Result<ReferenceAccess::Referrers> ClickHouseReferences::referrers(std::span<const Uuid> targets,
                                                                   const std::optional<Referrer>&) {
  Referrers all;
  // Who refers to a target that has just grown, in another process, either finds what was added
  // or is found here.
  RETURN_IF_ERROR(write());
  if (targets.empty()) return all;
  const KeyList keys(targets);
  TRY(const auto answer, keys.select(server_,
                                     "SELECT id, value FROM " + names_.marks +
                                         " WHERE kind = 2 AND id IN " + keys.ids(),
                                     deadline_));
  std::vector<std::pair<Uuid, ReferredMark>> found;
  std::vector<xapi::Position> positions;
  RowReader reader(answer);
  while (reader.more()) {
    const Uuid target = reader.id();
    const auto reference = ReferredMark::parse(reader.string());
    if (!reader.ok() || !reference) return unreadable(names_.marks);
    found.emplace_back(target, *reference);
    positions.push_back({time_of(reference->stored), reference->id});
  }
  // A mark may be of a statement that never got its row.
  TRY(const auto there, committed(server_, names_, positions, deadline_));
  for (const auto& [target, reference] : found)
    if (there.contains({time_of(reference.stored), reference.id}))
      all.found.push_back({target, reference.id, reference.voids, {}});
  return all;
}

Result<void> ClickHouseReferences::add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) {
  const auto shared = std::make_shared<const xapi::Terms>(terms);
  for (const Uuid& id : ids) added_[id].push_back(shared);
  return {};
}

Result<void> ClickHouseReferences::mark_voided(const Uuid& id) {
  voided_.insert(id);
  return {};
}

Result<void> ClickHouseReferences::write() {
  RowWriter marks, terms;
  std::size_t mark_count = 0, term_count = 0;
  const auto mark = [&](Mark kind, const Uuid& id, std::string_view value) {
    marks.u8(static_cast<std::uint8_t>(kind));
    marks.fixed(id);
    marks.string(value);
    ++mark_count;
  };
  for (const Uuid& id : voided_) mark(Mark::voided, id, {});
  std::vector<Uuid> ids;
  for (const auto& [id, added] : added_) ids.push_back(id);
  std::vector<xapi::Position> positions;
  if (!ids.empty()) {
    TRY(positions, positions_of(ids));
  }
  for (const auto& position : positions) {
    for (const auto& added : added_.at(position.id)) {
      for (const auto& term : *added) {
        mark(Mark::inherited, position.id, term.text());
        terms.fixed(hash_of(term));
        terms.i64(micros_of(position.stored));
        terms.fixed(position.id);
        terms.i64(no_verb_mark);
        ++term_count;
      }
    }
  }
  // Terms first: a list must not miss what targets() already tells.
  if (term_count > 0)
    RETURN_IF_ERROR(server_.insert({.table = names_.terms,
                                    .columns = terms_columns,
                                    .rows = term_count,
                                    .body = terms.bytes(),
                                    .repeatable = true},
                                   deadline_));
  if (mark_count > 0)
    RETURN_IF_ERROR(server_.insert({.table = names_.marks,
                                    .columns = marks_columns,
                                    .rows = mark_count,
                                    .body = marks.bytes(),
                                    .repeatable = true},
                                   deadline_));
  added_.clear();
  voided_.clear();
  return {};
}

}  // namespace lectern::store::clickhouse
