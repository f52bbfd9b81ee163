// Texts that are packed as soon as a few are there, so that the store holds both kinds.
#include "store/embedded/texts/trainer.h"

#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/safety/rebuild_from_texts.h"
#include "store/embedded/safety/verify.h"
#include "store/embedded/statements.h"
#include "store/testing/contract/contract.h"
#include "store/testing/differential.h"
#include "store/testing/sample.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

std::shared_ptr<Engine> engine_in(const std::string& folder) {
  auto engine = Engine::open(folder);
  REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
  (*engine)->trainer.set_texts_min(20);
  return std::move(*engine);
}

contract::Subject open_in(std::shared_ptr<TemporaryFolder> folder) {
  const auto engine = engine_in(folder->path());
  return {std::move(folder),
          std::make_unique<EmbeddedStatements>(engine),
          std::make_unique<EmbeddedDocuments>(engine),
          std::make_unique<EmbeddedBlobs>(engine),
          "",
          "other"};
}

contract::Subject reopen(contract::Subject subject) {
  const auto folder = std::static_pointer_cast<TemporaryFolder>(subject.keep);
  subject.statements.reset();
  subject.documents.reset();
  subject.blobs.reset();
  return open_in(folder);
}

const contract::Backend packing{.open = [] { return open_in(std::make_shared<TemporaryFolder>()); },
                                .reopen = reopen};

/// Stores so many statements; returns their rows. `note`: stands in each, with its number.
std::vector<Row> stored_rows(const std::shared_ptr<Engine>& engine, int count,
                             const std::string& note = "") {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i)
    rows.push_back(contract::row_of(
        contract::Sample{.id = Uuid::random(), .note = note + std::to_string(i * 7'919)}));
  EmbeddedStatements store(engine);
  REQUIRE(store.append({""}, rows, OnConflict::refuse_batch).has_value());
  return rows;
}

void wait_for_dictionary(const Engine& engine, DictionaryNumber number) {
  for (int i = 0; i < 2'000 && engine.database->dictionaries().find(number) == nullptr; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  REQUIRE(engine.database->dictionaries().find(number) != nullptr);
}

void check_texts(const std::shared_ptr<Engine>& engine, const std::vector<Row>& rows) {
  EmbeddedStatements store(engine);
  for (const auto& row : rows) {
    const auto found = store.find({""}, std::vector{row.id});
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    CHECK(found->front().json == row.json);
  }
}

DictionaryNumber dictionary_of(const Database& database, const Row& row) {
  const auto bytes = database.get(Family::bodies, body_key(1, row.stored)).value();
  return decode_body(bytes.value())->dictionary;
}

std::vector<std::string> faults_of(const Database& database) {
  const auto report = verify_database(database, [](const WorkProgress&) { return true; });
  REQUIRE(report.has_value());
  return report->faults;
}

}  // namespace

TEST_CASE("what is packed keeps the contract of statements") {
  contract::check_statements(packing);
}

TEST_CASE("what is packed is what the memory store has") {
  for (const std::uint32_t seed : {31u, 32u, 33u})
    contract::check_against_memory(packing, {.seed = seed});
}

TEST_CASE("texts are packed once there is a dictionary, and come back after a restart") {
  const TemporaryFolder folder;
  std::vector<Row> first, second;
  {
    const auto engine = engine_in(folder.path());
    first = stored_rows(engine, 30);
    wait_for_dictionary(*engine, 1);
    second = stored_rows(engine, 30);
    CHECK(dictionary_of(*engine->database, first[0]) == no_dictionary);
    CHECK(dictionary_of(*engine->database, second[0]) == 1);
    check_texts(engine, first);
    check_texts(engine, second);
  }
  const auto engine = engine_in(folder.path());
  check_texts(engine, first);
  check_texts(engine, second);
  CHECK(dictionary_of(*engine->database, stored_rows(engine, 1)[0]) == 1);
  CHECK(faults_of(*engine->database) == std::vector<std::string>{});
}

TEST_CASE("texts that are no longer packed as well get another dictionary") {
  const TemporaryFolder folder;
  const auto engine = engine_in(folder.path());
  const auto first = stored_rows(engine, 30);
  wait_for_dictionary(*engine, 1);
  stored_rows(engine, 2'000);
  std::string other;
  for (int i = 0; i < 200; ++i) other += Uuid::random().text();
  stored_rows(engine, 2'000, other);
  stored_rows(engine, 30, other);
  wait_for_dictionary(*engine, 2);
  const auto last = stored_rows(engine, 1, other);
  CHECK(dictionary_of(*engine->database, last[0]) == 2);
  check_texts(engine, first);
  check_texts(engine, last);
}

TEST_CASE("a dictionary that is lost in one place is told, read from the other, and made good") {
  for (const auto lost : {Family::blobs, Family::documents}) {
    const TemporaryFolder folder;
    std::vector<Row> rows;
    {
      const auto engine = engine_in(folder.path());
      stored_rows(engine, 30);
      wait_for_dictionary(*engine, 1);
      rows = stored_rows(engine, 30);
      rocksdb::WriteBatch batch;
      batch.Delete(engine->database->family(lost), dictionary_key(1));
      REQUIRE(engine->database->commit(batch).has_value());
    }
    {
      const auto engine = engine_in(folder.path());
      check_texts(engine, rows);
      CHECK(faults_of(*engine->database) ==
            std::vector<std::string>{"dictionary 1 of texts is not there twice"});
    }
    const auto rescued = rescue(folder.path(), [](const WorkProgress&) { return true; });
    REQUIRE_MESSAGE(rescued.has_value(), rescued.error().message);
    CHECK(rescued->lost == std::vector<std::string>{});
    CHECK(rescued->statements == 60);
    const auto engine = engine_in(folder.path());
    check_texts(engine, rows);
    CHECK(faults_of(*engine->database) == std::vector<std::string>{});
  }
}

TEST_CASE("a dictionary that is lost takes none with it but the texts packed with it") {
  const TemporaryFolder folder;
  std::vector<Row> rows;
  {
    const auto engine = engine_in(folder.path());
    for (int i = 0; i < 2; ++i) {
      const auto texts = stored_rows(engine, 1);
      REQUIRE(engine->database->add_dictionary(texts[0].json).has_value());
    }
    rows = stored_rows(engine, 5);
    REQUIRE(dictionary_of(*engine->database, rows[0]) == 2);
    rocksdb::WriteBatch batch;
    for (const auto in : {Family::blobs, Family::documents})
      batch.Delete(engine->database->family(in), dictionary_key(1));
    REQUIRE(engine->database->commit(batch).has_value());
  }
  const auto engine = engine_in(folder.path());
  check_texts(engine, rows);
  CHECK(engine->database->dictionaries().next_number() == 3);
  const auto faults = faults_of(*engine->database);
  CHECK(std::count(faults.begin(), faults.end(), "dictionary 1 of texts is not there twice") == 1);
}

TEST_CASE("a dictionary that comes while the store is verified is no fault") {
  const TemporaryFolder folder;
  const auto engine = engine_in(folder.path());
  const auto rows = stored_rows(engine, 1);
  const auto report = verify_database(*engine->database, [&](const WorkProgress&) {
    const bool added = engine->database->dictionaries().newest() != nullptr;
    if (!added) CHECK(engine->database->add_dictionary(rows[0].json).has_value());
    return true;
  });
  REQUIRE(report.has_value());
  CHECK(engine->database->dictionaries().find(1) != nullptr);
  CHECK(report->faults == std::vector<std::string>{});
}

TEST_CASE("a folder of the format before is taken over, and its texts are packed from then on") {
  const TemporaryFolder folder;
  std::vector<Row> older;
  {
    const auto engine = engine_in(folder.path());
    older = stored_rows(engine, 10);
    rocksdb::WriteBatch batch;
    batch.Put(format_key, "3");
    REQUIRE(engine->database->commit(batch).has_value());
  }
  const auto engine = engine_in(folder.path());
  CHECK(engine->database->get(Family::defaults, std::string(format_key)).value() == "4");
  stored_rows(engine, 30);
  wait_for_dictionary(*engine, 1);
  const auto packed = stored_rows(engine, 10);
  CHECK(dictionary_of(*engine->database, packed[0]) == 1);
  check_texts(engine, older);
  check_texts(engine, packed);
}

}  // namespace lectern::store::embedded
