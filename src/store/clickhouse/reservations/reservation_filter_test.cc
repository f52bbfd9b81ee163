#include "store/clickhouse/reservations/reservation_filter.h"

#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::clickhouse {
namespace {

AppendOutcome append_one(StatementStore& store, const std::string& table, const Uuid& id,
                         const std::string& note) {
  std::vector<Row> rows{contract::row_of({.id = id, .note = note})};
  const auto outcomes = store.append({table}, rows, OnConflict::refuse_batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
  return outcomes->front();
}

/// Lets a store find out that it is alone, and read what was reserved.
void warm(StatementStore& store, const std::string& table) {
  for (int i = 0; i < 5; ++i) {
    append_one(store, table, Uuid::random(), "warm");
    std::this_thread::sleep_for(std::chrono::milliseconds{60});
  }
}

/// How often the server was asked for the reservations of this table.
std::int64_t looks(Backdoor& backdoor, const std::string& table) {
  backdoor.run("SYSTEM FLUSH LOGS");
  return backdoor.number(
      "SELECT count() FROM system.query_log WHERE type = 'QueryFinish' AND query LIKE '%" + table +
      "_lectern_ids%' AND query LIKE 'SELECT id, stored, hash%'");
}

}  // namespace

TEST_CASE("a ClickHouse writer that is alone looks only for ids that were reserved before") {
  const auto server = test_server();
  if (!server) return;
  Backdoor backdoor(*server);
  const auto store = open_at(*server).statements;
  const auto table = fresh_table();
  warm(*store, table);

  const auto before = looks(backdoor, table);
  const Uuid first = Uuid::random();
  CHECK(append_one(*store, table, first, "one") == AppendOutcome::stored);
  for (int i = 0; i < 20; ++i)
    CHECK(append_one(*store, table, Uuid::random(), "other") == AppendOutcome::stored);
  CHECK(looks(backdoor, table) <= before + 1);

  CHECK(append_one(*store, table, first, "one") == AppendOutcome::known);
  CHECK(append_one(*store, table, first, "two") == AppendOutcome::conflict);
  CHECK(looks(backdoor, table) >= before + 2);
}

TEST_CASE("a ClickHouse writer that was alone meets what another process stores") {
  const auto server = test_server();
  if (!server) return;
  const auto table = fresh_table();
  const auto alone = open_at(*server).statements;
  warm(*alone, table);
  const auto other = open_at(*server).statements;
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    const Uuid id = Uuid::random();
    CHECK(append_one(*other, table, id, "one") == AppendOutcome::stored);
    CHECK(append_one(*alone, table, id, "one") == AppendOutcome::known);
    CHECK(append_one(*alone, table, id, "two") == AppendOutcome::conflict);
  }
}

TEST_CASE("a ClickHouse writer that comes to be alone knows what others have stored") {
  const auto server = test_server();
  if (!server) return;
  const auto table = fresh_table();
  const Uuid id = Uuid::random();
  {
    const auto earlier = open_at(*server).statements;
    CHECK(append_one(*earlier, table, id, "one") == AppendOutcome::stored);
  }
  // As if the earlier one had ended long ago.
  Backdoor backdoor(*server);
  backdoor.run("TRUNCATE TABLE lectern_test." + table + "_lectern_writers");
  const auto store = open_at(*server).statements;
  warm(*store, table);
  const auto before = looks(backdoor, table);
  CHECK(append_one(*store, table, Uuid::random(), "new") == AppendOutcome::stored);
  CHECK(looks(backdoor, table) == before);
  CHECK(append_one(*store, table, id, "two") == AppendOutcome::conflict);
}

TEST_CASE("two ClickHouse writers that both believe to be alone let one of them store an id") {
  const auto server = test_server();
  if (!server) return;
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    const auto table = fresh_table();
    const std::array stores{open_at(*server).statements, open_at(*server).statements};
    warm(*stores[0], table);
    // The other one wakes in the race.
    const Uuid id = Uuid::random();
    std::array<AppendOutcome, 2> outcomes{};
    std::array<std::thread, 2> racers;
    for (std::size_t i = 0; i < 2; ++i)
      racers[i] = std::thread([&, i] {
        std::this_thread::sleep_for(std::chrono::milliseconds{i == 0 ? 2 * round : 0});
        outcomes[i] = append_one(*stores[i], table, id, std::to_string(i));
      });
    for (auto& racer : racers) racer.join();
    CHECK(std::count(outcomes.begin(), outcomes.end(), AppendOutcome::stored) == 1);
    CHECK(std::count(outcomes.begin(), outcomes.end(), AppendOutcome::conflict) == 1);
  }
}

}  // namespace lectern::store::clickhouse
