#include "store/clickhouse/read/posting_scan.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/clickhouse/read/posting_intersection.h"
#include "xapi/terms.h"

namespace lectern::store::clickhouse {
namespace {

/// The first window: a page of 100 needs no more places of the rarest term when the others are
/// carried by a fifth of them. Each next window is window_growth times as wide, so that terms that
/// hardly meet cost a few round trips, not thousands.
constexpr std::size_t window_first = 512;
constexpr std::size_t window_growth = 8;

std::string literal(const TermHash& term) {
  std::string sql;
  append_literal(sql, term);
  return sql;
}

std::string literals(std::span<const TermHash> terms) {
  std::string sql;
  for (const auto& term : terms) sql += (sql.empty() ? "" : ",") + literal(term);
  return sql;
}

}  // namespace

PostingScan::PostingScan(Server& server, const TableNames& names, const Filter& filter,
                         const PageRequest& request, NewestOf newest_of, Deadline deadline)
    : server_(server),
      names_(names),
      since_(filter.since),
      until_(filter.until),
      ascending_(request.ascending),
      newest_of_(std::move(newest_of)),
      deadline_(deadline),
      window_(window_first),
      after_(request.after) {
  const auto is_verb = [](const xapi::Term& term) { return term.kind == xapi::TermKind::verb; };
  const auto verbs = std::count_if(filter.all_of.begin(), filter.all_of.end(), is_verb);
  const bool by_mark = verbs == 1 && filter.all_of.size() > 1;
  std::set<std::pair<int, TermHash>> terms;
  for (const auto& term : filter.all_of) {
    if (by_mark && is_verb(term)) {
      verb_ = hash_of(term);
    } else {
      terms.emplace(xapi::selectivity_rank(term.kind), hash_of(term));
    }
  }
  for (const auto& [rank, term] : terms) terms_.push_back(term);
}

/// What is still to be walked, or of that what lies before `last`, inclusive. Plain bounds on
/// `stored`, which leads in the index, beside those that tell equal instants apart.
std::string PostingScan::range(const std::optional<xapi::Position>& last) const {
  std::string sql = "1";
  if (since_) sql += " AND stored > " + std::to_string(micros_of(*since_));
  if (until_) sql += " AND stored <= " + std::to_string(micros_of(*until_));
  const auto bound = [&](const xapi::Position& at, bool above, bool inclusive) {
    const auto stored = std::to_string(micros_of(at.stored));
    const std::string beyond = above ? " > " : " < ";
    sql += std::string(" AND stored ") + (above ? ">= " : "<= ") + stored + " AND (stored" +
           beyond + stored + " OR id" + (above ? " >" : " <") + (inclusive ? "= " : " ") +
           clickhouse::literal(at.id) + ")";
  };
  if (after_) bound(*after_, ascending_, false);
  if (last) bound(*last, !ascending_, true);
  return sql;
}

std::string PostingScan::order() const {
  return ascending_ ? " ORDER BY stored, id" : " ORDER BY stored DESC, id DESC";
}

Result<std::vector<xapi::Position>> PostingScan::read(std::string_view sql) {
  TRY(const auto answer, server_.select(sql, deadline_));
  std::vector<xapi::Position> places;
  RowReader reader(answer);
  while (reader.more()) {
    const Time stored = time_of(reader.i64());
    const auto& place = places.emplace_back(xapi::Position{stored, reader.id()});
    if (reader.i64() == no_verb_mark) unmarked_.insert(place);
  }
  if (!reader.ok()) return unreadable(names_.terms);
  return places;
}

Result<std::vector<xapi::Position>> PostingScan::one_order(const std::string& from,
                                                           std::size_t count) {
  // In small blocks: of each part it reads one, before it knows which parts come first. From the
  // oldest on, a page of a million statements took 41 ms in blocks of the usual size, 4 ms so.
  TRY(auto places, read(from + " AND " + range() + order() + " LIMIT " + std::to_string(count) +
                        " SETTINGS max_block_size = 512"));
  exhausted_ = places.size() < count;
  if (!places.empty()) after_ = places.back();
  // A term may stand twice at a place: once its own, once inherited.
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Result<void> PostingScan::rarest_first() {
  TRY(const auto answer,
      server_.select("SELECT term, toInt64(count()) FROM " + names_.terms + " WHERE term IN (" +
                         literals(terms_) + ") AND " + range() + " GROUP BY term",
                     deadline_));
  std::vector<std::pair<std::int64_t, TermHash>> counts;
  RowReader reader(answer);
  while (reader.more()) {
    const auto term = reader.fixed();
    counts.emplace_back(reader.i64(), term);
  }
  if (!reader.ok()) return unreadable(names_.terms);
  ordered_ = true;
  exhausted_ = counts.size() < terms_.size();
  if (exhausted_) return {};
  std::sort(counts.begin(), counts.end());
  std::transform(counts.begin(), counts.end(), terms_.begin(),
                 [](const auto& count) { return count.second; });
  return {};
}

std::string PostingScan::rare_places() const {
  std::string sql = " FROM " + names_.terms + " WHERE term = " + literal(terms_.front());
  if (verb_)
    sql += " AND verb IN (" + std::to_string(verb_mark_of(*verb_)) + "," +
           std::to_string(no_verb_mark) + ")";
  return sql + " AND ";
}

Result<std::optional<xapi::Position>> PostingScan::window_end() {
  TRY(const auto last, read("SELECT stored, id, verb" + rare_places() + range() + order() +
                            " LIMIT 1 OFFSET " + std::to_string(window_ - 1)));
  if (last.empty()) return std::nullopt;
  return last.front();
}

Result<std::vector<xapi::Position>> PostingScan::carrying(std::span<const TermHash> terms,
                                                          std::span<const xapi::Position> among) {
  std::vector<xapi::Position> places;
  if (among.empty()) return places;
  const KeyList keys(among);
  TRY(const auto answer,
      keys.select(server_,
                  "SELECT stored, id, term FROM " + names_.terms + " WHERE term IN (" +
                      literals(terms) + ") AND (stored, id) IN " + keys.places(),
                  deadline_));
  std::map<xapi::Position, std::set<TermHash>> carried;
  RowReader reader(answer);
  while (reader.more()) {
    const Time stored = time_of(reader.i64());
    const xapi::Position place{stored, reader.id()};
    carried[place].insert(reader.fixed());
  }
  if (!reader.ok()) return unreadable(names_.terms);
  for (const auto& place : among)
    if (const auto at = carried.find(place);
        at != carried.end() && at->second.size() == terms.size())
      places.push_back(place);
  return places;
}

/// The first places, from a query that is shared with those who ask for theirs at the same time.
Result<std::vector<xapi::Position>> PostingScan::newest(std::size_t count) {
  TRY(const auto lists, newest_of_(terms_));
  const auto is_wanted = [&](const TermPosting& place) {
    if (until_ && place.position.stored > *until_) return false;
    return !verb_ || place.verb == verb_mark_of(*verb_) || place.verb == no_verb_mark;
  };
  const auto common = intersect(lists, is_wanted, count, window_first);
  std::swap(terms_.front(), *std::find(terms_.begin(), terms_.end(), lists[common.rarest].term));
  exhausted_ = common.all;
  after_ = common.reached;
  TRY(const auto sure, carrying(others(), common.unsure));
  std::set<xapi::Position> lacking(common.unsure.begin(), common.unsure.end());
  for (const auto& place : sure) lacking.erase(place);
  std::vector<xapi::Position> places;
  for (const auto& [position, mark] : common.places) {
    if (lacking.contains(position)) continue;
    places.push_back(position);
    if (mark == no_verb_mark) unmarked_.insert(position);
  }
  return places;
}

/// The first window without counting: two queries instead of three, and most often there is no
/// second window.
Result<std::vector<xapi::Position>> PostingScan::guessed_window(std::size_t count) {
  guessed_ = true;
  TRY(const auto rare, one_order("SELECT stored, id, verb" + rare_places() + "1", window_));
  window_ *= window_growth;
  TRY(auto places, carrying(others(), rare));
  if (places.size() <= count) return places;
  places.resize(count);
  after_ = places.back();
  exhausted_ = false;
  return places;
}

Result<std::vector<xapi::Position>> PostingScan::intersection(std::size_t count) {
  if (!guessed_) {
    TRY(auto places, guessed_window(count));
    if (!places.empty() || exhausted_) return places;
  }
  if (!ordered_) RETURN_IF_ERROR(rarest_first());
  while (!exhausted_) {
    TRY(const auto last, window_end());
    TRY(auto places,
        read("SELECT stored, id, any(verb) FROM " + names_.terms + " WHERE term IN (" +
             literals(others()) + ") AND " + range(last) +
             " AND (stored, id) IN (SELECT stored, id" + rare_places() + range(last) +
             ") GROUP BY stored, id HAVING uniqExact(term) = " + std::to_string(terms_.size() - 1) +
             order() + " LIMIT " + std::to_string(count)));
    if (places.size() == count) {
      after_ = places.back();
      return places;
    }
    // The window is used up.
    exhausted_ = !last;
    after_ = last;
    window_ *= window_growth;
    if (!places.empty()) return places;
  }
  return std::vector<xapi::Position>{};
}

Result<std::vector<xapi::Position>> PostingScan::candidates(std::size_t count) {
  if (terms_.empty())
    return one_order("SELECT stored, id, toInt64(1) FROM " + names_.rows + " WHERE 1", count);
  if (!ascending_ && !after_ && !since_) return newest(count);
  if (terms_.size() == 1) return one_order("SELECT stored, id, verb" + rare_places() + "1", count);
  return intersection(count);
}

Result<std::vector<xapi::Position>> PostingScan::next(std::size_t count) {
  std::vector<xapi::Position> places;
  while (places.empty() && !exhausted_) {
    unmarked_.clear();
    TRY(places, candidates(count));
    if (!verb_ || unmarked_.empty()) continue;
    const std::vector<xapi::Position> unsure(unmarked_.begin(), unmarked_.end());
    TRY(const auto sure, carrying(std::span(&*verb_, 1), unsure));
    for (const auto& place : sure) unmarked_.erase(place);
    std::erase_if(places, [&](const auto& place) { return unmarked_.contains(place); });
  }
  return places;
}

}  // namespace lectern::store::clickhouse
