#include <atomic>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/contract_walk.h"

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
  Result<std::vector<Verdict>> append(const std::string& note) const {
    std::vector rows{contract::row_of({.note = "no-" + note})};
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
          CHECK(refused.error().message.find("lectern_test." + viewed.table + "_view") !=
                std::string::npos);
        } else {
          const auto verdicts = viewed.append(std::to_string(100 * i + j));
          REQUIRE_MESSAGE(verdicts.has_value(), verdicts.error().detail);
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
