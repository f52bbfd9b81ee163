#include "store/clickhouse/fixture.h"
#include "store/clickhouse/schema/layout.h"
#include "store/testing/contract/walk.h"
#include "xapi/terms.h"

// What lies in Ralph's own table: what we write there, what others wrote, and what was left over.
namespace lectern::store::clickhouse {
namespace {

constexpr const char* ralphs_table =
    " (event_id UUID NOT NULL, emission_time DateTime64(6) NOT NULL, event String NOT NULL) "
    "ENGINE MergeTree ORDER BY (emission_time, event_id) PRIMARY KEY (emission_time, event_id)";
constexpr const char* aspects_table =
    " (event_id UUID NOT NULL, emission_time DateTime64(6) NOT NULL, event String NOT NULL) "
    "ENGINE ReplacingMergeTree ORDER BY (emission_time, event_id) "
    "PARTITION BY toYYYYMM(emission_time)";

struct EventRow {
  explicit EventRow(const std::string& address, const char* columns = ralphs_table)
      : backdoor(address), table(fresh_table()), events("lectern_test." + table) {
    backdoor.run("CREATE TABLE " + events + columns);
  }
  /// As Ralph writes: a row in its table, nothing else.
  void write_as_ralph(const Uuid& id, const std::string& json,
                      const std::string& emission = "2026-01-02 03:04:05.678901") {
    RowWriter row;
    row.uuid(id);
    auto iso = emission;
    iso[10] = 'T';
    row.i64(micros_of(parse_time(iso + "Z").value()));
    row.string(json);
    const auto written = backdoor.server().insert(
        {.table = events, .columns = events_columns, .rows = 1, .body = row.bytes()},
        Deadline::max());
    REQUIRE(written.has_value());
  }
  Backdoor backdoor;
  std::string table, events;
};

std::string as_ralph_stores(const Uuid& id, const std::string& agent, const std::string& stored) {
  return R"({"actor": {"mbox": "mailto:)" + agent +
         R"(@example.org"}, "verb": {"id": "http://example.org/verbs/did"}, "object": {"id": )"
         R"("http://example.org/activities/course"}, "id": ")" +
         id.text() + R"(", "timestamp": "2026-01-02T03:04:05.678901+00:00", "stored": ")" + stored +
         R"(", "authority": {"mbox": "mailto:lms@example.org"}})";
}

}  // namespace

TEST_CASE("what is stored in ClickHouse lies in Ralph's table as its exact text") {
  const auto server = test_server();
  if (!server) return;
  for (const char* columns : {ralphs_table, aspects_table}) {
    EventRow place(*server, columns);
    const auto store = open_at(*server).statements;
    contract::Sample sample;
    sample.timestamp = parse_time("2025-05-06T07:08:09.123456Z");
    const auto row = contract::append_new(*store, place.table, {sample}).front();
    CHECK(place.backdoor.text("SELECT event FROM " + place.events + " WHERE event_id = '" +
                              row.id.text() + "'") == row.json);
    CHECK(place.backdoor.number("SELECT toUnixTimestamp64Micro(emission_time) FROM " +
                                place.events) == micros_of(*sample.timestamp));
    // As Ralph asks.
    CHECK(place.backdoor.number("SELECT count() FROM " + place.events +
                                " WHERE JSONExtractString(event, 'actor', 'mbox') = "
                                "'mailto:ada@example.org' AND JSONExtractString(event, 'verb', "
                                "'id') = 'http://example.org/verbs/did'") == 1);
  }
}

TEST_CASE("timestamps of hundreds of months fit into one insert") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server, aspects_table);
  const auto store = open_at(*server).statements;
  std::vector<contract::Sample> samples(150);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i].timestamp =
        parse_time("1950-01-01T00:00:00Z").value() + std::chrono::days{40 * static_cast<int>(i)};
  samples[0].timestamp = parse_time("0001-01-01T00:00:00Z");
  contract::append_new(*store, place.table, samples);
  CHECK(contract::page_of(*store, place.table).size() == 150);
}

TEST_CASE("a statement that Ralph wrote is found by id, and another under its id is refused") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server);
  const Uuid id = Uuid::random();
  const auto json = as_ralph_stores(id, "ada", "2026-01-02T03:04:06.000001+00:00");
  place.write_as_ralph(id, json);
  const auto store = open_at(*server).statements;
  const auto there = contract::found(*store, place.table, id);
  CHECK(there.json == json);
  CHECK(there.position.stored == parse_time("2026-01-02T03:04:06.000001Z").value());

  std::vector<Row> other{contract::row_of({.id = id})};
  const auto outcomes = store->append({place.table}, other, OnConflict::refuse_batch);
  REQUIRE(outcomes.has_value());
  CHECK(outcomes->front() == AppendOutcome::conflict);
  CHECK(contract::found(*store, place.table, id).json == json);
  CHECK(place.backdoor.number("SELECT count() FROM " + place.events) == 1);
}

TEST_CASE("a statement that Ralph writes while we run is found and guarded too") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server);
  const auto store = open_at(*server).statements;
  contract::append_new(*store, place.table, {contract::Sample{}});
  const Uuid id = Uuid::random();
  place.write_as_ralph(id, as_ralph_stores(id, "ada", "2026-01-02T03:04:06+00:00"));
  std::vector<Row> other{contract::row_of({.id = id})};
  const auto outcomes = store->append({place.table}, other, OnConflict::refuse_batch);
  REQUIRE(outcomes.has_value());
  CHECK(outcomes->front() == AppendOutcome::conflict);
}

TEST_CASE("a migration completes what Ralph wrote, and a second one finds nothing to do") {
  const auto server = test_server();
  if (!server) return;
  for (const char* columns : {ralphs_table, aspects_table}) {
    EventRow place(*server, columns);
    std::vector<Uuid> ids;
    for (int i = 0; i < 5; ++i) {
      const Uuid id = ids.emplace_back(Uuid::random());
      place.write_as_ralph(id, as_ralph_stores(id, i % 2 == 0 ? "ada" : "bob",
                                               "2026-01-02T03:04:0" + std::to_string(i) + "Z"));
    }
    const Uuid broken = Uuid::random();
    place.write_as_ralph(broken, R"({"actor": )");
    auto stores = open_at(*server);
    const auto ours =
        contract::append_new(*stores.statements, place.table, {contract::Sample{}}).front();

    CHECK(stores.migration->count({place.table}).value() == 6);
    CHECK(contract::migrate(*stores.migration, place.table, true).done == 5);
    CHECK(stores.migration->count({place.table}).value() == 6);

    const auto progress = contract::migrate(*stores.migration, place.table);
    CHECK(progress.total == 6);
    CHECK(progress.done == 5);
    CHECK(progress.unreadable == 1);
    REQUIRE(progress.reasons.size() == 1);
    CHECK(progress.reasons[0].find(broken.text()) != std::string::npos);

    CHECK(contract::page_of(*stores.statements, place.table) ==
          std::vector<Uuid>{ours.id, ids[4], ids[3], ids[2], ids[1], ids[0]});
    CHECK(contract::page_of(*stores.statements, place.table, {{contract::agent("bob")}, {}, {}}) ==
          std::vector<Uuid>{ids[3], ids[1]});
    CHECK(contract::migrate(*stores.migration, place.table).done == 0);
    CHECK(stores.migration->count({place.table}).value() == 1);
    CHECK(place.backdoor.number("SELECT count() FROM " + place.events) == 7);
  }
}

TEST_CASE("a migration that is stopped goes on where it was") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server);
  place.backdoor.run("INSERT INTO " + place.events +
                     " SELECT generateUUIDv4(number) AS id, toDateTime64('2026-01-01', 6) + "
                     "number, concat('{\"id\":\"', toString(id), '\"}') FROM numbers(12000)");
  auto stores = open_at(*server);
  int reports = 0;
  const auto stopped =
      stores.migration->run({place.table}, false, [&](const auto&) { return ++reports <= 1; });
  REQUIRE(stopped.has_value());
  CHECK(stopped->done == 5'000);
  CHECK(stores.migration->count({place.table}).value() == 7'000);
  CHECK(contract::migrate(*stores.migration, place.table).done == 7'000);
  CHECK(stores.migration->count({place.table}).value() == 0);
}

TEST_CASE("what a crash left in Ralph's table shows nowhere until the client tries again") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server);
  const contract::Sample sample{};
  {
    const auto store = open_at(*server).statements;
    contract::append_new(*store, place.table, {sample});
  }
  // As if the process had died before its last insert, a while ago.
  place.backdoor.run("TRUNCATE TABLE " + place.events + "_lectern_rows");
  place.backdoor.run("CREATE TABLE " + place.events + "_old AS " + place.events + "_lectern_ids");
  place.backdoor.run("INSERT INTO " + place.events +
                     "_old SELECT * REPLACE (at - INTERVAL 60 "
                     "SECOND AS at) FROM " +
                     place.events + "_lectern_ids");
  place.backdoor.run("EXCHANGE TABLES " + place.events + "_old AND " + place.events +
                     "_lectern_ids");

  const auto store = open_at(*server).statements;
  CHECK(store->find({place.table}, std::span(&sample.id, 1)).value().empty());
  CHECK(contract::page_of(*store, place.table).empty());
  CHECK(contract::page_of(*store, place.table, {{contract::agent("ada")}, {}, {}}).empty());

  const auto promised = store->consistent_through({place.table}).value();
  std::vector<Row> again{contract::row_of(sample)};
  CHECK(store->append({place.table}, again, OnConflict::refuse_batch).has_value());
  CHECK(contract::page_of(*store, place.table, {{contract::agent("ada")}, {}, {}}) ==
        std::vector<Uuid>{sample.id});
  // It comes behind all that lists have promised to hold, and is else as Ralph's table has it.
  const auto found = contract::found(*store, place.table, sample.id);
  CHECK(found.position.stored > promised);
  auto text = place.backdoor.text("SELECT event FROM " + place.events);
  const auto stored = text.find("\"stored\":\"");
  REQUIRE(stored != std::string::npos);
  const auto instant = stored_text(found.position.stored);
  text.replace(stored + 10, instant.size(), instant);
  CHECK(found.json == text);
  CHECK(place.backdoor.number("SELECT count() FROM " + place.events) == 1);
}

TEST_CASE("a migration tells under which ids Ralph and Lectern have stored different statements") {
  const auto server = test_server();
  if (!server) return;
  EventRow place(*server);
  auto stores = open_at(*server);
  const auto same =
      contract::append_new(*stores.statements, place.table, {{.note = "same"}}).front();
  const auto ours =
      contract::append_new(*stores.statements, place.table, {{.note = "ours"}}).front();
  // As when both take one id at once: neither has seen the other's.
  place.write_as_ralph(same.id, same.json);
  place.write_as_ralph(ours.id, as_ralph_stores(ours.id, "eve", "2026-01-02T03:04:06+00:00"));
  const auto progress = contract::migrate(*stores.migration, place.table);
  REQUIRE(progress.reasons.size() == 1);
  CHECK(progress.reasons.front().starts_with(ours.id.text()));
  CHECK(progress.unreadable == 0);
  CHECK(contract::found(*stores.statements, place.table, ours.id).json == ours.json);
}

}  // namespace lectern::store::clickhouse
