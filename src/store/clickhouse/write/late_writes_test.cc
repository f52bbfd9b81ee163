#include <thread>
#include <vector>

#include "store/clickhouse/fixture.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/testing/contract/walk.h"
#include "store/testing/faulty_proxy.h"

// Requests that a network keeps back, and answers that it loses (docs/CONSISTENCY.md).
namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;
using Fault = FaultyProxy::Fault;
using Clock = std::chrono::steady_clock;

/// A store that reaches its table through a proxy, and another that reaches it directly. Where it
/// is to be alone, it has found out that it is; else it does an insert a table.
struct Way {
  explicit Way(const std::string& address, bool alone = false)
      : backdoor(address),
        proxy(address),
        through(open_clickhouse(settings_of(proxy.address(), alone)).value().statements),
        direct(open_at(address).statements) {
    for (int i = 0; i < (alone ? 4 : 0); ++i) {
      REQUIRE(append({.note = "warm"}).has_value());
      std::this_thread::sleep_for(60ms);
    }
    REQUIRE(append({.note = "before"}).has_value());
    before = count("");
  }

  static StoreSettings settings_of(const std::string& address, bool with_feed) {
    auto settings = settings_for(address);
    if (!with_feed) settings.values["CLIENT_OPTIONS__materialized_views_ignore_errors"] = "1";
    return settings;
  }

  /// A text that is in the insert into Ralph's table or one of ours, and in no other request.
  std::string insert_into(const std::string& suffix) const {
    return "INTO%20%60lectern_test%60.%60" + table + suffix + "%60";
  }

  Result<std::vector<AppendOutcome>> append(const contract::Sample& sample,
                                            Clock::duration patience = 5s) {
    std::vector rows{contract::row_of(sample)};
    return through->append({table, Clock::now() + patience}, rows, OnConflict::refuse_batch);
  }

  /// Sends it until it is acknowledged.
  void append_in_the_end(const contract::Sample& sample) {
    const auto give_up = Clock::now() + 30s;
    while (!append(sample)) REQUIRE(Clock::now() < give_up);
  }

  std::int64_t count(const std::string& suffix) {
    return backdoor.number("SELECT count() FROM lectern_test." + table + suffix);
  }

  void wait_for_held(int arrived = 1) const {
    const auto give_up = Clock::now() + 20s;
    while (proxy.held_arrived() < arrived) {
      REQUIRE(Clock::now() < give_up);
      std::this_thread::sleep_for(10ms);
    }
  }

  Backdoor backdoor;
  std::string table = fresh_table();
  FaultyProxy proxy;
  std::unique_ptr<StatementStore> through, direct;
  std::int64_t before = 0;  ///< how many statements are there
};

}  // namespace

TEST_CASE("W9: what reaches ClickHouse after its time stores nothing, and says so") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  const auto table = "lectern_test." + fresh_table();
  backdoor.run("CREATE TABLE " + table + " (event_id UUID, emission_time DateTime64(6), event " +
               "String) ENGINE = MergeTree ORDER BY event_id");
  FaultyProxy proxy(*address);
  proxy.hold_for(2500ms);
  Server server(read_settings(settings_for(proxy.address())).value().server);
  RowWriter row;
  row.uuid(Uuid::random());
  row.i64(0);
  row.string("{}");
  Fate fate = Fate::refused;
  const auto insert = [&](std::chrono::seconds time) {
    return server.insert({.table = table,
                          .columns = events_columns,
                          .rows = 1,
                          .body = row.bytes(),
                          .until = backdoor.server().now(Deadline::max()).value() + time},
                         Clock::now() + 5s, &fate);
  };
  CHECK(insert(30s).has_value());
  for (const auto time : {1s, 30s}) {
    proxy.set_once("INSERT", Fault::held);
    CHECK_FALSE(insert(time).has_value());
    CHECK(fate == Fate::unknown);
  }
  while (proxy.held_arrived() < 2) std::this_thread::sleep_for(10ms);
  CHECK(backdoor.number("SELECT count() FROM " + table) == 2);
  CHECK_FALSE(insert(-1s).has_value());
  CHECK(fate == Fate::late);
}

TEST_CASE("W7, W11: rows that are kept back on their way are settled at once, and stand once") {
  const auto address = test_server();
  if (!address) return;
  Way way(*address);
  way.proxy.hold_for(1500ms);
  way.proxy.set_once(way.insert_into("_lectern_rows"), Fault::held);
  const contract::Sample sample{.note = "held"};
  const auto outcomes = way.append(sample);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
  CHECK(outcomes->front() == AppendOutcome::stored);
  // No list waits for the one that is still on its way.
  for (auto* store : {way.through.get(), way.direct.get()})
    CHECK(contract::listed(*store, way.table, contract::settled(*store, way.table)).size() == 2);
  way.wait_for_held();
  CHECK(way.count("_lectern_rows") == 2);
  CHECK(way.count("") == 2);
}

TEST_CASE("W7, W12: a statement whose insert into Ralph's table is kept back stands there once") {
  const auto address = test_server();
  if (!address) return;
  for (const bool alone : {false, true}) {
    CAPTURE(alone);
    Way way(*address, alone);
    // What goes ahead is taken for a second at least; sent again at once it would stand twice.
    way.proxy.hold_for(alone ? 600ms : 1500ms);
    way.proxy.set_once(way.insert_into(alone ? "_lectern_feed" : ""), Fault::held);
    const contract::Sample sample{.note = "held"};
    CHECK(way.append(sample).error().code == Code::unavailable);
    // Others are not kept waiting.
    CHECK(way.append({.note = "another"}).has_value());
    way.append_in_the_end(sample);
    way.wait_for_held();
    CHECK(way.count("") == way.before + 2);
    CHECK(way.count("_lectern_rows") == way.before + 2);
  }
}

TEST_CASE(
    "W7, W11: a lost answer of any insert is settled within the request, and doubles nothing") {
  const auto address = test_server();
  if (!address) return;
  const std::vector<std::string> each{"_lectern_ids", "_lectern_terms", "", "_lectern_rows"};
  for (const auto& tables : {each, {"_lectern_feed", "_lectern_rows"}}) {
    Way way(*address, tables != each);
    for (const auto& suffix : tables) {
      for (const auto fault : {Fault::lost_answers, Fault::cut_answers, Fault::halved_answers}) {
        CAPTURE(suffix);
        way.proxy.set_once(way.insert_into(suffix), fault);
        const auto outcomes = way.append({.note = suffix});
        REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
        CHECK(outcomes->front() == AppendOutcome::stored);
      }
    }
    const auto all = way.before + static_cast<std::int64_t>(3 * tables.size());
    for (const auto* table : {"", "_lectern_rows"}) CHECK(way.count(table) == all);
    // Beside the rows of what was sent once more.
    CHECK(way.backdoor.number("SELECT uniqExact(id) FROM lectern_test." + way.table +
                              "_lectern_ids") == all);
    CHECK(way.backdoor.number("SELECT uniqExact(id) FROM lectern_test." + way.table +
                              "_lectern_terms") == all);
  }
}

TEST_CASE("W2, W9: rows of a process that died on their way stand once, however late they come") {
  const auto address = test_server();
  if (!address) return;
  Way way(*address);
  // Longer than a reservation counts: by then another process has stored the statement anew.
  way.proxy.hold_for(19s);
  way.proxy.set_once(way.insert_into("_lectern_rows"), Fault::held, Fault::down);
  const contract::Sample sample{.note = "held"};
  CHECK(way.append(sample).error().code == Code::unavailable);
  way.through.reset();
  std::vector rows{contract::row_of(sample)};
  const auto give_up = Clock::now() + 40s;
  while (!way.direct->append({way.table, Clock::now() + 10s}, rows, OnConflict::refuse_batch))
    REQUIRE(Clock::now() < give_up);
  way.wait_for_held();
  CHECK(way.count("_lectern_rows") == way.before + 1);
  CHECK(way.count("") == way.before + 1);
}

TEST_CASE("W4, W10: rows in doubt appear behind no promise, also when their process ends") {
  const auto address = test_server();
  if (!address) return;
  for (const bool ends : {false, true}) {
    CAPTURE(ends);
    Way way(*address);
    way.proxy.hold_for(2s);
    // What is sent again is held as well: nothing can be settled, while everything else goes on.
    way.proxy.set_each(way.insert_into("_lectern_rows"), Fault::held);
    const contract::Sample sample{.note = "held"};
    CHECK(way.append(sample).error().code == Code::unavailable);
    if (ends) way.through.reset();
    const auto promised = way.direct->consistent_through({way.table}).value();
    const auto seen = contract::listed(*way.direct, way.table, promised);
    way.wait_for_held();
    CHECK((contract::listed(*way.direct, way.table, promised) == seen));
    way.proxy.set(Fault::none);
    if (ends) continue;
    way.append_in_the_end(sample);
    CHECK(way.count("_lectern_rows") == 2);
  }
}

}  // namespace lectern::store::clickhouse
