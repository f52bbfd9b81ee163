#include <algorithm>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "store/mongo/client/convert.h"
#include "store/mongo/fixture.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/write/orphaned_batches.h"
#include "store/testing/contract/walk.h"
#include "xapi/stamp.h"

namespace lectern::store::mongo {
namespace {

/// A collection that Ralph has written to, with an open connection to it.
struct Shared {
  TestDatabase database;
  std::unique_ptr<Pool> pool;
  std::string collection = "marsha";

  explicit Shared(const std::string& server) : database(server) {
    auto opened = Pool::open({test_uri(server), 4, 10'000});
    REQUIRE(opened.has_value());
    pool = std::move(*opened);
  }

  Client client() {
    auto client = pool->lease(Deadline::max());
    REQUIRE(client.has_value());
    return std::move(*client);
  }

  /// Stores a statement as Ralph does.
  Row write_as_ralph(const contract::Sample& sample) {
    auto row = contract::row_of(sample);
    row.stored = now();
    xapi::set_stored(row.json, row.stored_at, row.stored);
    insert(row);
    return row;
  }
  void insert(const Row& row, bool other_id = false) {
    const auto whole = document_of(row, {}, other_id);
    REQUIRE(whole.has_value());
    Bson document;
    for (const char* name : {"_id", "_source"}) {
      const auto part = field(whole->view(), name);
      bson_append_iter(&document.get(), name, -1, &part->iterator());
    }
    insert(std::move(document));
  }
  void insert(Bson document) {
    const auto written = client().insert(database.name, collection, {&document, 1});
    REQUIRE(written.has_value());
    REQUIRE(written->errors.empty());
  }

  /// What Ralph would find under an id.
  std::vector<std::string> read_as_ralph(const std::string& id) {
    Bson filter;
    filter.text("_source.id", id);
    std::vector<std::string> texts;
    const auto read = client().find(database.name, collection, filter, {}, [&](View found) {
      const auto source = field(found, "_source");
      texts.push_back(to_json(*source->object()).value());
      return true;
    });
    REQUIRE(read.has_value());
    return texts;
  }
};

std::vector<AppendOutcome> append(Stores& stores, std::vector<Row> rows) {
  const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
  REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
  return *outcomes;
}

}  // namespace

TEST_CASE("a statement that Ralph wrote is found by id and not stored again") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  contract::Sample sample{.note = "from Ralph"};
  const auto row = shared.write_as_ralph(sample);
  auto stores = shared.database.open();
  const auto found = contract::found(*stores.statements, "", row.id);
  CHECK(xapi::equivalent(found.fingerprint, row.fingerprint));
  CHECK(found.position.stored == row.stored);
  CHECK(append(stores, {contract::row_of(sample)}) == std::vector{AppendOutcome::known});
  sample.note = "changed";
  CHECK(append(stores, {contract::row_of(sample)}) == std::vector{AppendOutcome::conflict});
  CHECK(shared.read_as_ralph(row.id.text()).size() == 1);
}

TEST_CASE("W2: what came beside a statement of Ralph's stays when its process dies at once") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  const contract::Sample known{.note = "from Ralph"};
  shared.write_as_ralph(known);
  auto stores = shared.database.open();
  std::vector rows{contract::row_of(known), contract::row_of({.note = "new"})};
  const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
  REQUIRE(outcomes == std::vector{AppendOutcome::known, AppendOutcome::stored});
  Bson filter;
  filter.uuid("lectern.id", rows[1].id);
  std::optional<BatchMark> mark;
  const auto read =
      shared.client().find(shared.database.name, shared.collection, filter, {}, [&](View document) {
        mark = BatchMark::parse(field(document, "lectern.batch")->text().value_or(""));
        return true;
      });
  REQUIRE(read.has_value());
  REQUIRE(mark.has_value());
  const auto before = rows[1].stored - std::chrono::seconds(1);
  const DeadWriter dead{mark->process, {before, rows[1].stored, {shared.collection}}};
  REQUIRE(settle_orphaned_batches(*shared.pool, shared.database.name, dead, Deadline::max()));
  CHECK(contract::found(*stores.statements, "", rows[1].id).position.stored == rows[1].stored);
}

TEST_CASE("ids that Ralph stored twice do not stop the start, and are known") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  const contract::Sample sample{};
  const auto row = shared.write_as_ralph(sample);
  shared.insert(row, true);
  auto stores = shared.database.open();
  CHECK(append(stores, {contract::row_of(sample), contract::row_of({})}) ==
        std::vector{AppendOutcome::known, AppendOutcome::stored});
  CHECK(shared.read_as_ralph(row.id.text()).size() == 2);
  const auto progress = contract::migrate(*stores.migration, "");
  CHECK(progress.done == 1);
  CHECK(progress.unreadable == 1);
  REQUIRE(progress.reasons.size() == 1);
  CHECK(progress.reasons[0].find("kept already") != std::string::npos);
  CHECK(contract::page_of(*stores.statements, "").size() == 2);
}

TEST_CASE("what Lectern stores, Ralph reads, whatever keys and numbers it has") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  auto stores = shared.database.open();
  const contract::Sample sample{
      .extensions = R"("http://x.org/k":{"":1,"$set":{"$a.b":4},"big":123456789012345678901})"};
  REQUIRE(append(stores, {contract::row_of(sample)}) == std::vector{AppendOutcome::stored});
  const auto texts = shared.read_as_ralph(sample.id.text());
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].find(R"("":1,"$set":{"$a.b":4},"big":1.2345678901234568e+20)") !=
        std::string::npos);
  CHECK(contract::found(*stores.statements, "", sample.id).json.find("123456789012345678901}") !=
        std::string::npos);
}

TEST_CASE("a migration lists what Ralph wrote, and Ralph still reads it") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  std::vector<Row> rows;
  for (int i = 0; i < 1200; ++i) rows.push_back(shared.write_as_ralph({.agent = "bob"}));
  Bson broken, source;
  source.text("id", "not a uuid");
  broken.object("_source", source);
  shared.insert(std::move(broken));
  auto stores = shared.database.open();
  CHECK(contract::page_of(*stores.statements, "").empty());
  CHECK(stores.migration->count({}).value() == 1201);
  CHECK(contract::migrate(*stores.migration, "", true).done == 1200);
  CHECK(contract::page_of(*stores.statements, "").empty());
  const auto progress = contract::migrate(*stores.migration, "");
  CHECK(progress.done == 1200);
  CHECK(progress.unreadable == 1);
  REQUIRE(progress.reasons.size() == 1);
  CHECK(progress.reasons[0].find("its id is not a UUID") != std::string::npos);
  CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).size() ==
        1200);
  CHECK(stores.migration->count({}).value() == 1);
  CHECK(contract::found(*stores.statements, "", rows[7].id).position.stored == rows[7].stored);
  const auto texts = shared.read_as_ralph(rows[7].id.text());
  REQUIRE(texts.size() == 1);
  CHECK(texts[0] == contract::found(*stores.statements, "", rows[7].id).json);
}

TEST_CASE("a migration that was stopped goes on where it was") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  for (int i = 0; i < 1100; ++i) shared.write_as_ralph({});
  const auto stores = shared.database.open();
  contract::check_stopped_migration(*stores.migration);
}

TEST_CASE("references between Ralph's rows and ours hold once they are migrated") {
  const auto server = test_server();
  if (!server) return;
  Shared shared(*server);
  const contract::Sample target{.agent = "bob"}, voided{.note = "voided"};
  shared.write_as_ralph(target);
  shared.write_as_ralph(voided);
  shared.write_as_ralph({.agent = "eve", .refers_to = target.id});
  auto stores = shared.database.open();
  const contract::Sample voiding{.refers_to = voided.id, .voids = true};
  append(stores, {contract::row_of(voiding)});
  CHECK(contract::found(*stores.statements, "", voided.id).voided);
  CHECK(contract::migrate(*stores.migration, "").done == 3);
  CHECK(contract::found(*stores.statements, "", voided.id).voided);
  CHECK(contract::page_of(*stores.statements, "", {{contract::agent("bob")}, {}, {}}).size() == 2);
  const auto all = contract::page_of(*stores.statements, "");
  CHECK(std::find(all.begin(), all.end(), voided.id) == all.end());
}

}  // namespace lectern::store::mongo
