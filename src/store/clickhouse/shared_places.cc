#include "store/clickhouse/shared_places.h"

#include <map>

#include "base/assert.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t terms_max = 16;  // in one query
/// Of the terms that are asked for together: reading more takes longer than asking one by one.
constexpr std::size_t rows_max = 100'000;
constexpr std::string_view too_many_rows = "Code: 158.";
constexpr std::size_t frequent_max = 10'000;

std::string limit() { return " LIMIT " + std::to_string(newest_places_max); }

MarkedPlace read_place(RowReader& reader) {
  const Time stored = time_of(reader.i64());
  const Uuid id = reader.id();
  return {{stored, id}, reader.i64()};
}

}  // namespace

SharedPlaces::SharedPlaces(Server& server, const Names& names)
    : server_(server),
      names_(names),
      shared_([this](std::span<const TermHash> terms,
                     Deadline deadline) { return find(terms, deadline); },
              1, terms_max) {}

Result<std::optional<std::vector<MarkedPlace>>> SharedPlaces::newest(const TermHash& term,
                                                                     Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (frequent_.contains(term)) return std::nullopt;
  }
  TRY(auto found, shared_.find(std::span(&term, 1), deadline));
  LECTERN_ASSERT(found.size() == 1);
  return std::move(found.front().places);
}

Result<std::vector<NewestPlaces>> SharedPlaces::find(std::span<const TermHash> terms,
                                                     Deadline deadline) {
  if (terms.size() == 1) return find_each(terms, deadline);
  std::map<TermHash, NewestPlaces> found;
  std::string list;
  for (const auto& term : terms) {
    found[term].term = term;
    append_literal(list += list.empty() ? "" : ",", term);
  }
  const auto answer =
      server_.select("SELECT term, stored, id, verb FROM " + names_.terms + " WHERE term IN (" +
                         list + ") ORDER BY term, stored DESC, id DESC" + limit() +
                         " BY term SETTINGS max_rows_to_read = " + std::to_string(rows_max),
                     deadline);
  if (!answer && answer.error().detail.find(too_many_rows) != std::string::npos)
    return find_each(terms, deadline);
  if (!answer) return fail(answer.error());
  RowReader reader(*answer);
  while (reader.more()) {
    auto& places = found[reader.fixed()].places;
    places.push_back(read_place(reader));
  }
  if (!reader.ok()) return unreadable(names_.terms);
  std::vector<NewestPlaces> all;
  for (auto& [term, newest] : found) all.push_back(std::move(newest));
  return all;
}

/// One by one they are read in the order of the table, down to the last place that is wanted.
Result<std::vector<NewestPlaces>> SharedPlaces::find_each(std::span<const TermHash> terms,
                                                          Deadline deadline) {
  std::vector<NewestPlaces> all;
  for (const auto& term : terms) {
    TRY(auto newest, find_one(term, deadline));
    const bool full = newest.places.size() == newest_places_max;
    all.push_back(std::move(newest));
    if (terms.size() == 1 || !full) continue;
    const std::lock_guard lock(mutex_);
    if (frequent_.size() < frequent_max) frequent_.insert(term);
  }
  return all;
}

Result<NewestPlaces> SharedPlaces::find_one(const TermHash& term, Deadline deadline) {
  std::string sql = "SELECT stored, id, verb FROM " + names_.terms + " WHERE term = ";
  append_literal(sql, term);
  TRY(const auto answer,
      server_.select(sql + " ORDER BY stored DESC, id DESC" + limit(), deadline));
  NewestPlaces newest{term, {}};
  RowReader reader(answer);
  while (reader.more()) newest.places.push_back(read_place(reader));
  if (!reader.ok()) return unreadable(names_.terms);
  return newest;
}

}  // namespace lectern::store::clickhouse
