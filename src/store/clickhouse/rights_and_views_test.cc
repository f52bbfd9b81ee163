#include <atomic>
#include <thread>

#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/fixture.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/testing/contract/walk.h"

// What belongs to others: their views on Ralph's table, and the rights that they grant.
namespace lectern::store::clickhouse {
namespace {

/// Ralph's table with a view that cannot take a statement whose note is no number.
struct Viewed {
  explicit Viewed(const std::string& address)
      : backdoor(address), store(open_at(address).statements) {
    backdoor.run("CREATE TABLE lectern_test." + table +
                 " (event_id UUID, emission_time DateTime64(6), event String) "
                 "ENGINE = ReplacingMergeTree ORDER BY event_id");
    backdoor.run("CREATE TABLE lectern_test." + table +
                 "_seen (event_id UUID, note Int16) ENGINE = ReplacingMergeTree ORDER BY event_id");
    backdoor.run("CREATE MATERIALIZED VIEW lectern_test." + table + "_view TO lectern_test." +
                 table +
                 "_seen AS SELECT event_id, toInt16(extract(event, 'no-([a-z0-9]+)')) AS note "
                 "FROM lectern_test." +
                 table);
  }
  Result<std::vector<AppendOutcome>> append(const std::string& note) const {
    return append({contract::row_of({.note = "no-" + note})});
  }
  Result<std::vector<AppendOutcome>> append(std::vector<Row> rows) const {
    return store->append({table, std::chrono::steady_clock::now() + std::chrono::seconds(20)}, rows,
                         OnConflict::refuse_batch);
  }
  std::int64_t count(const std::string& suffix) {
    return backdoor.number("SELECT uniqExact(event_id) FROM lectern_test." + table + suffix);
  }

  std::string table = fresh_table();
  Backdoor backdoor;
  std::unique_ptr<StatementStore> store;
};

}  // namespace

TEST_CASE("a statement that a view refuses harms nobody else's, and says which view it was") {
  const auto address = test_server();
  if (!address) return;
  Viewed viewed(*address);
  REQUIRE(viewed.append("1").has_value());
  std::atomic<int> stored = 0;
  std::vector<std::thread> senders;
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        if (i == 0) {
          const auto refused = viewed.append("number");
          REQUIRE_FALSE(refused.has_value());
          CHECK(refused.error().code == Code::internal);
          CHECK(refused.error().message.find("lectern_test." + viewed.table + "_view of ") !=
                std::string::npos);
        } else {
          const auto outcomes = viewed.append(std::to_string(100 * i + j));
          REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
          ++stored;
        }
      }
    });
  }
  for (auto& sender : senders) sender.join();
  CHECK(stored == 35);
  CHECK(viewed.count("_seen") == 36);
  const auto until = contract::settled(*viewed.store, viewed.table);
  CHECK(contract::listed(*viewed.store, viewed.table, until).size() == 36);
}

TEST_CASE("a view that is slower than who waits for the insert sees its rows nevertheless") {
  const auto address = test_server();
  if (!address) return;
  Viewed viewed(*address);
  const auto table = "lectern_test." + viewed.table;
  viewed.backdoor.run("CREATE MATERIALIZED VIEW " + table + "_slow TO " + table +
                      "_seen AS SELECT event_id, toInt16(sleepEachRow(1.5)) AS note FROM " + table);
  RowWriter rows;
  for (int i = 0; i < 2; ++i) {
    rows.uuid(Uuid::random());
    rows.i64(0);
    rows.string("no-1");
  }
  Fate fate = Fate::refused;
  const auto inserted = viewed.backdoor.server().insert(
      {.table = table,
       .columns = events_columns,
       .rows = 2,
       .body = rows.bytes(),
       .run_max = std::chrono::seconds(60)},
      std::chrono::steady_clock::now() + std::chrono::seconds(1), &fate);
  CHECK_FALSE(inserted.has_value());
  CHECK(fate == Fate::unknown);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (viewed.backdoor.number("SELECT count() FROM " + table + "_seen WHERE note = 0") < 2) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

TEST_CASE("what a view refused is seen by it when it is sent again, once the cause is gone") {
  const auto address = test_server();
  if (!address) return;
  Viewed viewed(*address);
  constexpr int senders_count = 8, rows_each = 20;
  std::vector<std::vector<Row>> batches(senders_count);
  for (int i = 0; i < senders_count; ++i)
    for (int j = 0; j < rows_each; ++j)
      batches[static_cast<std::size_t>(i)].push_back(contract::row_of(
          {.note = i == 0 && j == 7 ? "no-number" : "no-" + std::to_string(100 * i + j)}));
  std::vector<std::thread> senders;
  for (auto& batch : batches)
    senders.emplace_back(
        [&] { CHECK(viewed.append(batch).has_value() == (&batch != batches.data())); });
  for (auto& sender : senders) sender.join();
  CHECK(viewed.count("_seen") == (senders_count - 1) * rows_each);
  CHECK_FALSE(viewed.append(batches[0]).has_value());

  viewed.backdoor.run("ALTER TABLE lectern_test." + viewed.table +
                      "_view MODIFY QUERY SELECT event_id, toInt16OrZero(extract(event, "
                      "'no-([a-z0-9]+)')) AS note FROM lectern_test." +
                      viewed.table);
  const auto outcomes = viewed.append(batches[0]);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
  CHECK(*outcomes == std::vector(rows_each, AppendOutcome::stored));
  CHECK(viewed.count("_seen") == senders_count * rows_each);
  CHECK(viewed.count("") == senders_count * rows_each);
  const auto until = contract::settled(*viewed.store, viewed.table);
  CHECK(contract::listed(*viewed.store, viewed.table, until).size() == senders_count * rows_each);
}

TEST_CASE("a migration leaves what a view refused to those who send it again") {
  const auto address = test_server();
  if (!address) return;
  Viewed viewed(*address);
  REQUIRE_FALSE(viewed.append("number").has_value());
  auto stores = open_at(*address);
  const auto progress = contract::migrate(*stores.migration, viewed.table);
  CHECK(progress.done == 0);
  REQUIRE(progress.reasons.size() == 1);
  CHECK(progress.reasons.front().find("refused") != std::string::npos);
}

TEST_CASE("Ralph's table is left to others to make and to rename, and its want is told") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  const auto database = fresh_table();
  auto settings = settings_for(*address);
  settings.values["DATABASE"] = database;
  settings.values["CREATE_EVENT_TABLE"] = "false";  // Ralph's names choose this
  const auto store = open_clickhouse(settings).value().statements;
  const auto append = [&] {
    std::vector rows{contract::row_of({})};
    return store->append({}, rows, OnConflict::refuse_batch);
  };
  const auto is_refused = [&] {
    const auto refused = append();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::unavailable);
    CHECK(refused.error().message ==
          "ClickHouse has no table `" + database + "`.`xapi_events_all`");
    CHECK(store->health() == Health::error);
  };
  is_refused();
  CHECK(backdoor.number("SELECT count() FROM system.databases WHERE name = '" + database + "'") ==
        0);
  backdoor.run("CREATE DATABASE " + database);
  is_refused();
  const std::string events = database + ".xapi_events_all";
  const std::string columns = " (event_id UUID, emission_time DateTime64(6), event String) ENGINE ";
  backdoor.run("CREATE TABLE " + events + columns + "MergeTree ORDER BY event_id");
  CHECK(store->health() == Health::ok);
  CHECK(append().has_value());

  // A migration that renames it and makes another.
  backdoor.run("RENAME TABLE " + events + " TO " + database + ".old_xapi_events_all");
  is_refused();
  backdoor.run("CREATE TABLE IF NOT EXISTS " + events + columns +
               "ReplacingMergeTree ORDER BY (emission_time, event_id) PARTITION BY "
               "toYYYYMM(emission_time)");
  CHECK(append().has_value());
  backdoor.run("INSERT INTO " + events + " SELECT * FROM " + database + ".old_xapi_events_all");
  CHECK(append().has_value());
  CHECK(store->health() == Health::ok);
  CHECK(backdoor.number("SELECT count() FROM " + events) == 3);
  CHECK(backdoor.number("SELECT count() FROM system.tables WHERE database = '" + database +
                        "' AND name = 'xapi_events_all' AND engine = 'ReplacingMergeTree'") == 1);
  contract::settled(*store, "");
  CHECK(contract::page_of(*store, "").size() == 3);
  backdoor.run("DROP DATABASE " + database);
}

TEST_CASE("a start beside a replicated table wants it said that all speak to one node") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  const auto database = fresh_table();
  backdoor.run("CREATE DATABASE " + database);
  // Attached, since this server has no Keeper: it reads nothing from such a table.
  backdoor.run("ATTACH TABLE " + database + ".xapi_events_all UUID '" + Uuid::random().text() +
               "' (event_id UUID, emission_time DateTime64(6), event String) ENGINE = "
               "ReplicatedReplacingMergeTree('/xapi/" +
               database + "', 'one') ORDER BY event_id");
  auto settings = settings_for(*address);
  settings.values["DATABASE"] = database;
  const auto refused = open_clickhouse(settings);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("CLICKHOUSE__ONE_NODE=true") != std::string::npos);
  settings.values["ONE_NODE"] = "true";
  CHECK(open_clickhouse(settings).has_value());
}

TEST_CASE("a heartbeat tells an error while the tables cannot be had, and goes on when they can") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  const auto database = fresh_table();
  backdoor.run("CREATE DATABASE " + database);
  auto settings = settings_for(*address);
  settings.values["DATABASE"] = database;
  settings.values["CLIENT_OPTIONS__allow_ddl"] = "0";
  const auto stores = open_clickhouse(settings).value();
  CHECK(stores.statements->health() == Health::error);
  settings.values.erase("CLIENT_OPTIONS__allow_ddl");
  CHECK(open_clickhouse(settings).value().statements->health() == Health::ok);
  // Nothing is created where nothing is missing.
  CHECK(stores.statements->health() == Health::ok);
  backdoor.run("DROP DATABASE " + database);
}

TEST_CASE("who may only insert and select is served once the tables are there, and told before") {
  const auto address = test_server();
  if (!address) return;
  Backdoor backdoor(*address);
  backdoor.run("DROP DATABASE IF EXISTS lectern_granted");
  backdoor.run("CREATE DATABASE lectern_granted");
  auto settings = settings_for(*address);
  settings.values["DATABASE"] = "lectern_granted";
  const auto administrator = open_clickhouse(settings).value();
  settings.values["USERNAME"] = "granted";  // tests/servers/clickhouse/users.xml
  settings.values["PASSWORD"] = "secret";
  const auto granted = open_clickhouse(settings).value();
  const auto append = [&] {
    std::vector rows{contract::row_of({})};
    return granted.statements->append({}, rows, OnConflict::refuse_batch);
  };
  const auto refused = append();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::unavailable);
  CHECK(refused.error().detail.find("GRANT CREATE TABLE ON `lectern_granted`.*") !=
        std::string::npos);
  CHECK(granted.statements->health() == Health::error);
  // As `lectern migrate --create-tables` does.
  CHECK(administrator.migration->count({}).has_value());
  CHECK(granted.statements->health() == Health::ok);
  CHECK(append().has_value());
  contract::settled(*granted.statements, "");
  CHECK(contract::page_of(*granted.statements, "").size() == 1);
  backdoor.run("DROP DATABASE lectern_granted");
}

}  // namespace lectern::store::clickhouse
