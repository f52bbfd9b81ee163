#include "store/clickhouse/read/newest_postings.h"

#include <atomic>
#include <map>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/testing/sample.h"

namespace lectern::store::clickhouse {
namespace {

/// A terms table of its own, filled behind a store's back.
struct FilledTable {
  explicit FilledTable(Backdoor& backdoor)
      : names(table_names_of("lectern_test", fresh_table()).value()), server(backdoor.server()) {
    REQUIRE(create_tables(server, names, {}, Deadline::max()).has_value());
  }

  /// Adds places of a term, at `behind` + 1, + 2 ... microseconds, with ids that begin with those
  /// numbers.
  void add(Backdoor& backdoor, const TermHash& term, std::size_t count, std::size_t behind = 0) {
    std::string literal;
    append_literal(literal, term);
    backdoor.run("INSERT INTO " + names.terms + " SELECT " + literal +
                 ", number + 1, toFixedString(reinterpretAsString(number + 1), 16), 7 FROM "
                 "numbers(" +
                 std::to_string(behind) + "," + std::to_string(count) + ")");
  }

  const TableNames names;
  Server& server;
};

bool newest_first(const NewestPostings& newest, std::size_t count) {
  const auto& places = newest.places;
  const auto shown = std::min(count, newest_postings_max);
  if (places.size() != shown || newest.all != (count < newest_postings_max)) return false;
  for (std::size_t i = 0; i < shown; ++i)
    if (micros_of(places[i].position.stored) != static_cast<std::int64_t>(count - i) ||
        places[i].verb != 7)
      return false;
  return true;
}

/// Asks for all terms at once, each with another one, some times over; how many answers were right.
int right_answers(NewestPostingsReader& shared, const std::map<TermHash, std::size_t>& counts,
                  int rounds) {
  std::atomic<int> right{0};
  std::vector<std::thread> readers;
  for (const auto& [term, count] : counts) {
    readers.emplace_back([&, term = term] {
      for (int i = 0; i < rounds; ++i) {
        const std::array terms{
            term, term == counts.begin()->first ? counts.rbegin()->first : counts.begin()->first};
        const auto newest = shared.newest(terms, Deadline::max());
        if (newest && newest->size() == 2 &&
            std::all_of(newest->begin(), newest->end(), [&](const NewestPostings& list) {
              return newest_first(list, counts.at(list.term));
            }))
          ++right;
      }
    });
  }
  for (auto& reader : readers) reader.join();
  return right;
}

}  // namespace

TEST_CASE("readers of different terms share a query in ClickHouse, and each gets its own places") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  FilledTable table(backdoor);
  std::map<TermHash, std::size_t> counts;
  for (std::size_t i = 0; i < 24; ++i) {
    const auto term = hash_of(xapi::agent_term(std::to_string(i), false));
    counts[term] = i * 90;  // from none to more than are given
    if (i > 0) table.add(backdoor, term, counts[term]);
  }
  NewestPostingsReader shared(table.server, table.names);
  CHECK(right_answers(shared, counts, 8) == 24 * 8);
}

TEST_CASE("a term with a great many places holds up nobody who asks for another in ClickHouse") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  FilledTable table(backdoor);
  std::map<TermHash, std::size_t> counts;
  for (std::size_t i = 0; i < 12; ++i)
    counts[hash_of(xapi::agent_term(std::to_string(i), false))] = 30 + i;
  counts[hash_of(xapi::verb_term("frequent"))] = 600'000;
  for (const auto& [term, count] : counts) table.add(backdoor, term, count);

  NewestPostingsReader shared(table.server, table.names);
  CHECK(right_answers(shared, counts, 8) == 13 * 8);
}

TEST_CASE(
    "newer places are found of a term whose floor is known in ClickHouse, in a new table too") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  FilledTable table(backdoor);
  const auto frequent = hash_of(xapi::verb_term("frequent")),
             rare = hash_of(xapi::agent_term("rare", false));
  std::map<TermHash, std::size_t> counts{{frequent, 3'000}, {rare, 5}};
  for (const auto& [term, count] : counts) table.add(backdoor, term, count);
  NewestPostingsReader shared(table.server, table.names);
  CHECK(right_answers(shared, counts, 2) == 2 * 2);
  table.add(backdoor, frequent, 2'000, 3'000);
  counts[frequent] = 5'000;
  CHECK(right_answers(shared, counts, 2) == 2 * 2);
  backdoor.run("TRUNCATE TABLE " + table.names.terms);
  counts = {{frequent, 1'500}, {rare, 2}};
  for (const auto& [term, count] : counts) table.add(backdoor, term, count);
  CHECK(right_answers(shared, counts, 2) == 2 * 2);
}

TEST_CASE("who reads ClickHouse at the same time reads what each would read alone") {
  const auto address = test_server();
  if (!address) return;
  const auto store = open_at(*address).statements;
  const auto table = fresh_table();
  const std::array<std::string, 3> verbs{"saw", "did", "left"};
  std::vector<Row> rows;
  std::vector<Filter> filters;
  for (std::size_t i = 0; i < 1'200; ++i) {
    const contract::Sample sample{.agent = "agent" + std::to_string(i % 12),
                                  .verb = verbs[i % 7 % 3],
                                  .activity = "activity" + std::to_string(i % 5)};
    rows.push_back(contract::row_of(sample));
    if (i >= 12) continue;
    const auto agent = contract::agent(sample.agent), verb = contract::verb(sample.verb),
               activity = contract::activity(sample.activity);
    for (const xapi::Terms& terms :
         {xapi::Terms{agent}, {activity}, {agent, verb}, {activity, verb}, {agent, activity}})
      filters.push_back({.all_of = terms, .since = {}, .until = {}});
  }
  REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());

  const auto walk = [&](const Filter& filter) {
    std::vector<Uuid> ids;
    PageRequest request;
    request.rows_max = 37;
    for (bool more = true; more;) {
      const auto page = store->query({table}, filter, request);
      REQUIRE(page.has_value());
      for (const auto& row : page->rows) ids.push_back(row.position.id);
      if (!page->rows.empty()) request.after = page->rows.back().position;
      more = page->more;
    }
    return ids;
  };
  std::vector<std::vector<Uuid>> alone;
  for (const auto& filter : filters) alone.push_back(walk(filter));
  std::atomic<std::size_t> same{0};
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < filters.size(); ++i)
    readers.emplace_back([&, i] { same += walk(filters[i]) == alone[i] ? 1 : 0; });
  for (auto& reader : readers) reader.join();
  CHECK(same == filters.size());
  CHECK(std::all_of(alone.begin(), alone.end(), [](const auto& ids) { return !ids.empty(); }));
}

}  // namespace lectern::store::clickhouse
