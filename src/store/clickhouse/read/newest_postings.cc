#include "store/clickhouse/read/newest_postings.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t callers_max = 16;  // in one query
constexpr std::size_t terms_max = 8;     // of one caller
/// For each of the terms that are asked for together, on average; half a thousand are read in each
/// part of the table. Reading more takes longer than asking one by one.
constexpr std::size_t rows_max = 20'000;
constexpr std::string_view too_many_rows = "Code: 158.";
constexpr std::size_t floors_max = 10'000;

std::string limit() { return " LIMIT " + std::to_string(newest_postings_max); }

TermPosting read_place(RowReader& reader) {
  const Time stored = time_of(reader.i64());
  const Uuid id = reader.id();
  return {{stored, id}, reader.i64()};
}

bool is_full(const NewestPostings& newest) { return newest.places.size() >= newest_postings_max; }

}  // namespace

NewestPostingsReader::NewestPostingsReader(Server& server, const TableNames& names)
    : server_(server),
      names_(names),
      shared_([this](std::span<const TermHash> terms,
                     Deadline deadline) { return find(terms, deadline); },
              terms_max, callers_max) {}

Result<std::vector<NewestPostings>> NewestPostingsReader::newest(std::span<const TermHash> terms,
                                                                 Deadline deadline) {
  return shared_.find(terms, deadline);
}

Result<std::vector<NewestPostings>> NewestPostingsReader::find(std::span<const TermHash> terms,
                                                               Deadline deadline) {
  TRY(auto found, terms.size() == 1 ? find_each(terms, deadline) : find_together(terms, deadline));
  for (NewestPostings& newest : found) {
    // It has fewer places than it had: the table is another one.
    if (is_below_floor(newest)) {
      TRY(newest, find_one(newest.term, deadline));
    }
    newest.all = !is_full(newest);
    note_floor(newest);
  }
  return found;
}

bool NewestPostingsReader::is_below_floor(const NewestPostings& newest) {
  const MutexLock lock(mutex_);
  return !is_full(newest) && floors_.erase(newest.term) > 0;
}

void NewestPostingsReader::note_floor(const NewestPostings& newest) {
  if (newest.all) return;
  const MutexLock lock(mutex_);
  if (floors_.size() < floors_max || floors_.contains(newest.term))
    floors_[newest.term] = micros_of(newest.places.back().position.stored);
}

/// The condition on the places of these terms, from their floors on.
std::string NewestPostingsReader::carrying_any(std::span<const TermHash> terms) {
  std::string whole, frequent;
  const MutexLock lock(mutex_);
  for (const auto& term : terms) {
    const auto floor = floors_.find(term);
    if (floor == floors_.end()) {
      append_literal(whole += whole.empty() ? "" : ",", term);
      continue;
    }
    append_literal(frequent += frequent.empty() ? "term = " : " OR term = ", term);
    frequent += " AND stored >= " + std::to_string(floor->second);
  }
  if (!whole.empty()) whole = "term IN (" + whole + ")";
  return whole + (whole.empty() || frequent.empty() ? "" : " OR ") + frequent;
}

Result<std::vector<NewestPostings>> NewestPostingsReader::find_together(
    std::span<const TermHash> terms, Deadline deadline) {
  std::map<TermHash, NewestPostings> found;
  for (const auto& term : terms) found[term].term = term;
  const auto answer = server_.select(
      "SELECT term, stored, id, verb FROM " + names_.terms + " WHERE " + carrying_any(terms) +
          " ORDER BY term, stored DESC, id DESC" + limit() +
          " BY term SETTINGS max_rows_to_read = " + std::to_string(rows_max * terms.size()),
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
  std::vector<NewestPostings> all;
  for (auto& [term, newest] : found) all.push_back(std::move(newest));
  return all;
}

/// One by one they are read in the order of the table, down to the last place that is wanted.
Result<std::vector<NewestPostings>> NewestPostingsReader::find_each(std::span<const TermHash> terms,
                                                                    Deadline deadline) {
  std::vector<NewestPostings> all;
  for (const auto& term : terms) {
    TRY(auto newest, find_one(term, deadline));
    all.push_back(std::move(newest));
  }
  return all;
}

Result<NewestPostings> NewestPostingsReader::find_one(const TermHash& term, Deadline deadline) {
  std::string sql = "SELECT stored, id, verb FROM " + names_.terms + " WHERE term = ";
  append_literal(sql, term);
  TRY(const auto answer, server_.select(sql + " ORDER BY stored DESC, id DESC" + limit() +
                                            " SETTINGS max_block_size = 512",
                                        deadline));
  NewestPostings newest{term, {}};
  RowReader reader(answer);
  while (reader.more()) newest.places.push_back(read_place(reader));
  if (!reader.ok()) return unreadable(names_.terms);
  return newest;
}

}  // namespace lectern::store::clickhouse
