#include "store/clickhouse/shared_places.h"

#include <atomic>
#include <map>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/sample.h"

namespace lectern::store::clickhouse {
namespace {

/// A terms table of its own, filled behind a store's back.
struct FilledTable {
  explicit FilledTable(Backdoor& backdoor)
      : names(names_of("lectern_test", fresh_table()).value()), server(backdoor.server()) {
    REQUIRE(create_tables(server, names, Deadline::max()).has_value());
  }

  /// Adds places of a term, at 1, 2 ... microseconds, with ids that begin with those numbers.
  void add(Backdoor& backdoor, const TermHash& term, std::size_t count) {
    std::string literal;
    append_literal(literal, term);
    backdoor.run("INSERT INTO " + names.terms + " SELECT " + literal +
                 ", number + 1, toFixedString(reinterpretAsString(number + 1), 16), 7 FROM "
                 "numbers(" +
                 std::to_string(count) + ")");
  }

  const Names names;
  Server& server;
};

bool newest_first(const std::vector<MarkedPlace>& places, std::size_t count) {
  const auto shown = std::min(count, newest_places_max);
  if (places.size() != shown) return false;
  for (std::size_t i = 0; i < shown; ++i)
    if (micros_of(places[i].position.stored) != static_cast<std::int64_t>(count - i) ||
        places[i].verb != 7)
      return false;
  return true;
}

/// Asks for all terms at once, some times over; how many answers were right. A term with nothing
/// is to be asked for alone, which is right for those that `may_be_alone`.
int right_answers(SharedPlaces& shared, const std::map<TermHash, std::size_t>& counts,
                  std::size_t may_be_alone, int rounds) {
  std::atomic<int> right{0};
  std::vector<std::thread> readers;
  for (const auto& [term, count] : counts) {
    readers.emplace_back([&, term = term, count = count] {
      for (int i = 0; i < rounds; ++i) {
        const auto newest = shared.newest(term, Deadline::max());
        if (newest && (*newest ? newest_first(**newest, count) : count >= may_be_alone)) ++right;
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
    const auto term = hash_of("agent:" + std::to_string(i));
    counts[term] = i * 90;  // from none to more than are given
    if (i > 0) table.add(backdoor, term, counts[term]);
  }
  SharedPlaces shared(table.server, table.names);
  CHECK(right_answers(shared, counts, 1'000'000, 8) == 24 * 8);
}

TEST_CASE("a term with a great many places holds up nobody who asks for another in ClickHouse") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  FilledTable table(backdoor);
  std::map<TermHash, std::size_t> counts;
  for (std::size_t i = 0; i < 12; ++i) counts[hash_of("agent:" + std::to_string(i))] = 30 + i;
  const auto frequent = hash_of("verb:frequent");
  counts[frequent] = 150'000;
  for (const auto& [term, count] : counts) table.add(backdoor, term, count);

  SharedPlaces shared(table.server, table.names);
  CHECK(right_answers(shared, counts, 150'000, 8) == 13 * 8);
  const auto known = shared.newest(frequent, Deadline::max());
  REQUIRE(known.has_value());
  CHECK_FALSE(known->has_value());
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
    for (const std::vector<std::string>& terms :
         {std::vector{agent}, {activity}, {agent, verb}, {activity, verb}, {agent, activity}})
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
