#include <algorithm>
#include <atomic>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/testing/contract/contract.h"
#include "store/testing/contract/walk.h"
#include "store/testing/differential.h"

namespace lectern::store::clickhouse {
namespace {

contract::Backend backend_at(const std::string& address) {
  contract::Backend backend;
  backend.open = [address] {
    return contract::Subject{
        nullptr, open_at(address).statements, nullptr, nullptr, fresh_table(), fresh_table()};
  };
  backend.reopen = [address](contract::Subject subject) {
    subject.statements = nullptr;
    subject.statements = open_at(address).statements;
    return subject;
  };
  return backend;
}

}  // namespace

TEST_CASE("the ClickHouse store keeps the contract of statements") {
  if (const auto server = test_server()) contract::check_statements(backend_at(*server));
}

TEST_CASE("the ClickHouse store does what the memory store does") {
  const auto server = test_server();
  if (!server) return;
  for (const std::uint32_t seed : {11u, 12u}) {
    CAPTURE(seed);
    contract::check_against_memory(backend_at(*server), {.seed = seed});
  }
}

TEST_CASE("many clients with single statements make few parts in ClickHouse") {
  const auto server = test_server();
  if (!server) return;
  const auto store = open_at(*server).statements;
  const auto table = fresh_table();
  std::vector<std::thread> clients;
  std::atomic<int> stored{0};
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 4; ++j) {
        std::vector<Row> rows{contract::row_of({})};
        const auto outcomes = store->append({table}, rows, OnConflict::refuse_batch);
        if (outcomes && outcomes->front() == AppendOutcome::stored) ++stored;
      }
    });
  }
  for (auto& client : clients) client.join();
  CHECK(stored == 200);
  Backdoor backdoor(*server);
  const auto parts = backdoor.number(
      "SELECT count() FROM system.parts WHERE database = "
      "'lectern_test' AND level = 0 AND table = '" +
      table + "_lectern_rows'");
  CHECK(parts <= 25);
}

TEST_CASE("pages of several terms are whole whichever of them turns out to be the rarest") {
  const auto server = test_server();
  if (!server) return;
  const auto store = open_at(*server).statements;
  const auto table = fresh_table();
  // All of one agent, whose term is looked at first; what is asked for lies beyond a first look.
  std::vector<Row> rows;
  for (int i = 0; i < 1'400; ++i) {
    const bool rare = i % 200 == 100;
    rows.push_back(contract::row_of(
        {.verb = rare ? "finished" : "did", .activity = rare ? "last unit" : "course"}));
  }
  REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());
  for (const auto& rare : {contract::verb("finished"), contract::activity("last unit")}) {
    for (const bool ascending : {false, true}) {
      CAPTURE(rare);
      CAPTURE(ascending);
      std::vector<xapi::Position> walked;
      PageRequest request{{}, 2, ascending};
      for (;;) {
        const Filter filter{{contract::agent("ada"), rare}, {}, {}};
        const auto page = store->query({table}, filter, request);
        REQUIRE(page.has_value());
        for (const auto& row : page->rows) walked.push_back(row.position);
        if (!page->more) break;
        request.after = walked.back();
      }
      std::vector<xapi::Position> wanted;
      for (std::size_t i = 100; i < rows.size(); i += 200)
        wanted.push_back({rows[i].stored, rows[i].id});
      if (!ascending) std::reverse(wanted.begin(), wanted.end());
      CHECK(walked == wanted);
    }
  }
  for (const auto& never : {contract::verb("never"), contract::activity("none")}) {
    const Filter none{{contract::agent("ada"), never}, {}, {}};
    CHECK(store->query({table}, none, {}).value().rows.empty());
  }
}

TEST_CASE("a verb beside other terms is found where a statement inherits it") {
  const auto server = test_server();
  if (!server) return;
  const auto store = open_at(*server).statements;
  const auto table = fresh_table();
  const auto target = contract::row_of({.verb = "passed", .activity = "exam"});
  const auto referrer =
      contract::row_of({.agent = "bob", .verb = "confirmed", .refers_to = target.id});
  for (const Row& row : {referrer, target}) {
    std::vector<Row> rows{row};
    REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());
  }
  const auto found = [&](const xapi::Term& other, const xapi::Term& verb) {
    std::vector<Uuid> ids;
    const auto page = store->query({table}, {{other, verb}, {}, {}}, {}).value();
    for (const auto& row : page.rows) ids.push_back(row.position.id);
    return ids;
  };
  using Ids = std::vector<Uuid>;
  CHECK(found(contract::activity("exam"), contract::verb("passed")) == Ids{target.id, referrer.id});
  CHECK(found(contract::activity("exam"), contract::verb("confirmed")) == Ids{referrer.id});
  CHECK(found(contract::agent("bob"), contract::verb("passed")) == Ids{referrer.id});
  CHECK(found(contract::agent("bob"), contract::verb("failed")).empty());
}

TEST_CASE("what is not stored behind a run of new statements leaves nothing in lists") {
  const auto server = test_server();
  if (!server) return;
  const auto store = open_at(*server).statements;
  const auto table = fresh_table();
  const auto append = [&](std::vector<Row> rows) {
    return store->append({table}, rows, OnConflict::refuse_batch).value();
  };
  const auto listed = [&] {
    const Filter filter{{contract::agent("ada")}, {}, {}};
    return store->query({table}, filter, {}).value().rows.size();
  };
  const auto first = contract::row_of({.note = "one"});
  // Terms are now written before it is known that the statement is.
  CHECK(append({first}) == std::vector{AppendOutcome::stored});
  CHECK(append({first}) == std::vector{AppendOutcome::known});
  CHECK(listed() == 1);
  CHECK(append({contract::row_of({})}) == std::vector{AppendOutcome::stored});
  const auto other = contract::row_of({.id = first.id, .note = "two"});
  CHECK(append({contract::row_of({}), other}) ==
        std::vector{AppendOutcome::refused, AppendOutcome::conflict});
  CHECK(listed() == 2);
}

TEST_CASE("a target that is no table name is refused before it comes near SQL") {
  ClickHouseStatements store(read_settings({}).value());
  for (const char* target : {"a b", "a`b", "a.b.c", "a;DROP TABLE x", "1a", "a-b", ".", "a.", "é",
                             "a\\", "(SELECT 1)"}) {
    CAPTURE(target);
    const auto through = store.consistent_through({target});
    REQUIRE(!through);
    CHECK(through.error().code == Code::invalid);
  }
}

}  // namespace lectern::store::clickhouse
