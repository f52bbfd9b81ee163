#include <atomic>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/testing/contract/walk.h"

// How few inserts a lone sender costs (append_alone.cc), and what keeps its promises nevertheless.
namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int puts = 60;

struct Sender {
  Sender(const std::string& address, StoreSettings settings)
      : backdoor(address), store(open_clickhouse(settings).value().statements) {}
  explicit Sender(const std::string& address) : Sender(address, settings_for(address)) {}

  void put(const contract::Sample& sample = {}) const {
    std::vector rows{contract::row_of(sample)};
    const auto outcomes =
        store->append({table, Clock::now() + 30s}, rows, OnConflict::refuse_batch);
    REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
    CHECK(outcomes->front() == AppendOutcome::stored);
  }
  void put(int times) const {
    for (int i = 0; i < times; ++i) put();
  }
  /// Until it has found out that it is alone, and what was reserved.
  void warm() const {
    for (int i = 0; i < 5; ++i) {
      put();
      std::this_thread::sleep_for(60ms);
    }
  }
  /// Inserts into tables of this target, as a server counts what it is asked; without those of
  /// `writers`.
  std::int64_t inserts() {
    backdoor.run("SYSTEM FLUSH LOGS");
    return backdoor.number(
        "SELECT count() FROM system.query_log WHERE type = 'QueryFinish' AND query_kind = 'Insert' "
        "AND query LIKE '%" +
        table + "%' AND query NOT LIKE '%_lectern_writers%'");
  }
  std::int64_t count(const std::string& suffix) {
    return backdoor.number("SELECT count() FROM lectern_test." + table + suffix);
  }

  Backdoor backdoor;
  std::string table = fresh_table();
  std::unique_ptr<StatementStore> store;
};

}  // namespace

TEST_CASE("a lone sender costs two inserts a statement, and all tables have it") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  const auto before = sender.inserts();
  sender.put(puts);
  CHECK(sender.inserts() - before == 2 * puts);
  const auto all = puts + 5;
  for (const auto* table : {"", "_lectern_rows", "_lectern_ids"})
    CHECK_MESSAGE(sender.count(table) == all, table);
  CHECK(sender.count("_lectern_terms") % all == 0);
  const auto until = contract::settled(*sender.store, sender.table);
  CHECK(contract::listed(*sender.store, sender.table, until).size() == all);
}

TEST_CASE("a lone sender beside another process costs three inserts a statement") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  const auto other = open_at(*address).statements;
  sender.warm();
  std::vector rows{contract::row_of({})};
  REQUIRE(other->append({sender.table}, rows, OnConflict::refuse_batch).has_value());
  sender.put();  // hears of it
  const auto before = sender.inserts();
  sender.put(puts);
  CHECK(sender.inserts() - before == 3 * puts);
}

TEST_CASE("without the feed, or where errors of views are passed over, an insert a table does") {
  const auto address = test_server();
  if (!address) return;
  auto settings = settings_for(*address);
  settings.values["CLIENT_OPTIONS__materialized_views_ignore_errors"] = "1";
  Sender passing(*address, settings);
  Sender dropped(*address);
  for (auto* sender : {&passing, &dropped}) {
    sender->warm();
    // As whoever does not want it may do while it is used.
    if (sender == &dropped)
      sender->backdoor.run("DROP TABLE lectern_test." + sender->table + "_lectern_feed");
    sender->put();
    const auto before = sender->inserts();
    sender->put(puts);
    CHECK(sender->inserts() - before == 4 * puts);
    CHECK(sender->count("") == puts + 6);
    CHECK(sender->count("_lectern_rows") == puts + 6);
  }
}

TEST_CASE("the feed is not used where other views hang on it, which would write all once more") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  const auto events = "lectern_test." + sender.table;
  // As the views of a database do that was renamed, when another comes in its place.
  sender.backdoor.run("CREATE MATERIALIZED VIEW " + events + "_again TO " + events +
                      " AS SELECT event_id, emission_time, event FROM " + events +
                      "_lectern_feed WHERE event != ''");
  Sender later(*address);
  later.table = sender.table;
  later.put();
  const auto before = later.inserts();
  later.put(puts);
  CHECK(later.inserts() - before == 4 * puts);
  CHECK(later.count("") == puts + 6);
}

TEST_CASE(
    "W12: what a view of the feed refused when Ralph's table had the text is healed at once") {
  const auto address = test_server();
  if (!address) return;
  for (const auto* part : {"_lectern_ids", "_lectern_terms"}) {
    for (const bool has_views : {false, true}) {
      CAPTURE(part);
      CAPTURE(has_views);
      Sender sender(*address);
      sender.warm();
      const auto events = "lectern_test." + sender.table;
      sender.backdoor.run("CREATE TABLE " + events +
                          "_seen (event_id UUID) ENGINE = "
                          "ReplacingMergeTree ORDER BY event_id");
      if (has_views)
        sender.backdoor.run("CREATE MATERIALIZED VIEW " + events + "_view TO " + events +
                            "_seen AS SELECT event_id FROM " + events);
      // Of what it hangs on the server keeps the rows that it refuses, and what goes with them.
      sender.backdoor.run("CREATE MATERIALIZED VIEW " + events + "_refuses TO " + events +
                          "_seen AS SELECT generateUUIDv4() AS event_id FROM " + events + part +
                          " WHERE throwIf(stored > 0) = 0");
      std::vector rows{contract::row_of({})};
      const auto append = [&] {
        return sender.store->append({sender.table, Clock::now() + 5s}, rows,
                                    OnConflict::refuse_batch);
      };
      static_cast<void>(append().has_value());
      CHECK(sender.count("") == 6);
      sender.backdoor.run("DROP TABLE " + events + "_refuses");
      const auto give_up = Clock::now() + 30s;
      while (!append()) REQUIRE(Clock::now() < give_up);
      CHECK(sender.count("_lectern_rows") == 6);
      // Who looks at Ralph's table must see it, so it is there twice until the table merges it.
      CHECK(sender.count("") == (has_views ? 7 : 6));
      if (has_views) CHECK(sender.count("_seen FINAL") == 1);
    }
  }
}

TEST_CASE(
    "views of the feed whose user is gone hold up nobody, and get another who may be theirs") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  const auto feed = "lectern_test." + sender.table + "_lectern_feed";
  sender.backdoor.run("DROP TABLE " + feed + "_ids");
  // Attached, since the server asks for the user of one that it creates.
  sender.backdoor.run(
      "ATTACH MATERIALIZED VIEW " + feed + "_ids UUID '" + Uuid::random().text() +
      "' TO lectern_test." + sender.table +
      "_lectern_ids (id FixedString(16), stored Int64, hash FixedString(16), "
      "timestamp Int64, owner Int64) DEFINER = ghost SQL SECURITY DEFINER AS SELECT id, stored, "
      "hash, timestamp, owner FROM " +
      feed);
  constexpr int few = 20;
  sender.put();
  auto before = sender.inserts();
  sender.put(few);
  CHECK(sender.inserts() - before >= 4 * few);
  Sender later(*address);
  later.table = sender.table;
  later.warm();
  before = later.inserts();
  later.put(few);
  // Three each while the process before is not forgotten yet; four without the feed.
  CHECK(later.inserts() - before <= 3 * few);
  for (const auto* table : {"", "_lectern_rows"}) CHECK(later.count(table) == 2 * few + 11);
}

TEST_CASE("a heartbeat tells an error while a view on Ralph's table lets no insert in") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  auto settings = settings_for(*address);
  settings.values["EVENT_TABLE_NAME"] = sender.table;
  const auto store = open_clickhouse(settings).value().statements;
  CHECK(store->health() == Health::ok);
  const auto events = "lectern_test." + sender.table;
  sender.backdoor.run("CREATE TABLE " + events + "_seen (event_id UUID) ENGINE = Null");
  sender.backdoor.run("ATTACH MATERIALIZED VIEW " + events + "_view UUID '" +
                      Uuid::random().text() + "' TO " + events +
                      "_seen (event_id UUID) DEFINER = ghost SQL SECURITY DEFINER AS SELECT "
                      "event_id FROM " +
                      events);
  CHECK(store->health() == Health::error);
  sender.backdoor.run("ALTER TABLE " + events + "_view MODIFY DEFINER = CURRENT_USER");
  CHECK(store->health() == Health::ok);
}

TEST_CASE("a view of the feed that is dropped meanwhile holds up no more than one statement") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  sender.backdoor.run("DROP TABLE lectern_test." + sender.table + "_lectern_feed_events");
  std::vector rows{contract::row_of({})};
  const auto in_doubt =
      sender.store->append({sender.table, Clock::now() + 5s}, rows, OnConflict::refuse_batch);
  CHECK_FALSE(in_doubt.has_value());
  sender.put();
  const auto before = sender.inserts();
  sender.put(puts);
  // One more where the doubt has been settled meanwhile.
  CHECK(sender.inserts() - before >= 4 * puts);
  CHECK(sender.count("") == puts + 6);
  CHECK(sender.count("_lectern_rows") == puts + 6);
}

TEST_CASE("who joins a process that is alone meets what it wrote, and loses nothing to it") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  for (int round = 0; round < 3; ++round) {
    // A new process each time, at the same ids.
    const auto other = open_at(*address).statements;
    std::atomic<int> stored = 0;
    std::vector<Uuid> ids(20);
    for (auto& id : ids) id = Uuid::random();
    std::vector<std::thread> racers;
    for (auto* store : {sender.store.get(), other.get()}) {
      racers.emplace_back([&, store] {
        for (const auto& id : ids) {
          std::vector rows{
              contract::row_of({.id = id, .note = store == other.get() ? "other" : "own"})};
          const auto outcomes =
              store->append({sender.table, Clock::now() + 30s}, rows, OnConflict::refuse_batch);
          REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
          stored += outcomes->front() == AppendOutcome::stored;
        }
      });
    }
    for (auto& racer : racers) racer.join();
    CHECK(stored == 20);
  }
  CHECK(sender.count("") == 65);
  CHECK(sender.count("_lectern_rows") == 65);
}

TEST_CASE("who joins waits for one that is alone and silent no longer than its writes may take") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  const auto writers = "lectern_test." + sender.table + "_lectern_writers";
  // As one leaves behind that was killed.
  sender.backdoor.run("INSERT INTO " + writers +
                      " (process, low, active) SELECT '0123456789abcdef', "
                      "toUnixTimestamp64Micro(now64(6)), 2");
  const auto other = open_at(*address).statements;
  std::vector rows{contract::row_of({})};
  const auto began = Clock::now();
  REQUIRE(other->append({sender.table, began + 30s}, rows, OnConflict::refuse_batch).has_value());
  CHECK(Clock::now() - began > alone_counts - 2s);
  CHECK(Clock::now() - began < alone_counts + 5s);
}

TEST_CASE("W1: who joins while views are slow for what is written ahead shares no id with it") {
  const auto address = test_server();
  if (!address) return;
  Sender sender(*address);
  sender.warm();
  const auto events = "lectern_test." + sender.table;
  sender.backdoor.run("CREATE TABLE " + events + "_seen (event_id UUID, note Int16) ENGINE = Null");
  // Longer than others wait; no function may sleep for more than 3 s.
  for (const auto* view : {"_slow1", "_slow2", "_slow3"})
    sender.backdoor.run("CREATE MATERIALIZED VIEW " + events + view + " TO " + events +
                        "_seen AS SELECT event_id, toInt16(sleepEachRow(2.9)) AS note FROM " +
                        events);
  const auto id = Uuid::random();
  std::thread ahead([&] {
    std::vector rows{contract::row_of({.id = id})};
    static_cast<void>(
        sender.store->append({sender.table, Clock::now() + 15s}, rows, OnConflict::refuse_batch)
            .has_value());
  });
  std::this_thread::sleep_for(300ms);
  const auto other = open_at(*address).statements;
  std::vector rows{contract::row_of({.id = id})};
  const auto give_up = Clock::now() + 90s;
  while (!other->append({sender.table, Clock::now() + 15s}, rows, OnConflict::refuse_batch))
    REQUIRE(Clock::now() < give_up);
  ahead.join();
  CHECK(sender.count("_lectern_rows") == 6);
}

}  // namespace lectern::store::clickhouse
