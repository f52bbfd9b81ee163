// Batches that are written in slices. These are so small here that single statements are too.
#include "store/embedded/write/rows_ahead.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/safety/verify.h"
#include "store/embedded/statements.h"
#include "store/testing/contract/bounds.h"
#include "store/testing/contract/contract.h"
#include "store/testing/contract/walk.h"
#include "store/testing/differential.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

constexpr SliceBounds tiny{.postings_max = 3, .bytes_max = 100, .slices_of_commit_max = 2};
constexpr SliceBounds small{.postings_max = 20, .bytes_max = 10'000, .slices_of_commit_max = 2};

contract::Subject open_in(std::shared_ptr<void> keep, const std::string& folder,
                          const SliceBounds& slices = tiny) {
  auto engine = Engine::open(folder);
  REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
  (*engine)->slices = slices;
  return {std::move(keep),
          std::make_unique<EmbeddedStatements>(*engine),
          std::make_unique<EmbeddedDocuments>(*engine),
          std::make_unique<EmbeddedBlobs>(*engine),
          "",
          "other"};
}

contract::Subject open_sliced() {
  auto folder = std::make_shared<TemporaryFolder>();
  return open_in(folder, folder->path());
}

contract::Subject reopen_sliced(contract::Subject subject) {
  const auto folder = std::static_pointer_cast<TemporaryFolder>(subject.keep);
  subject.statements.reset();
  subject.documents.reset();
  subject.blobs.reset();
  return open_in(folder, folder->path());
}

const contract::Backend sliced{.open = open_sliced, .reopen = reopen_sliced};

}  // namespace

TEST_CASE("what is written in slices keeps the contract of statements") {
  contract::check_statements(sliced);
}

TEST_CASE("what is written in slices is what the memory store has") {
  for (const std::uint32_t seed : {11u, 12u, 13u})
    contract::check_against_memory(sliced, {.seed = seed});
}

TEST_CASE("a large batch is there whole or not at all, and others write meanwhile") {
  const TemporaryFolder folder;
  const auto subject = open_in(nullptr, folder.path(), small);
  auto& store = *subject.statements;
  const std::vector<contract::Sample> samples = [] {
    std::vector<contract::Sample> all(2'000);
    for (auto& sample : all) sample.id = Uuid::random();
    return all;
  }();
  std::vector<Row> rows;
  for (const auto& sample : samples) rows.push_back(contract::row_of(sample));
  std::atomic<bool> done = false;
  std::thread large([&] {
    CHECK(store.append({""}, rows, OnConflict::refuse_batch).has_value());
    done = true;
  });
  std::size_t others = 0;
  std::vector<Time> meanwhile;
  do {
    const auto other = contract::append_new(store, "other", {contract::Sample{}});
    if (!done) meanwhile.push_back(other.front().stored);
    contract::append_new(store, "", {contract::Sample{.agent = "kim"}});
    ++others;
    const auto through = store.consistent_through({""});
    REQUIRE(through.has_value());
    const auto page =
        store.query({""}, {{contract::agent("ada")}, {}, *through}, {std::nullopt, 3'000});
    REQUIRE(page.has_value());
    const auto count = page->rows.size();
    CHECK((count == 0 || count == samples.size()));
  } while (!done);
  large.join();
  // Hundreds of slices let others pass.
  CHECK(std::count_if(meanwhile.begin(), meanwhile.end(),
                      [&](Time stored) { return stored > rows.front().stored; }) > 2);
  CHECK(contract::listed(store, "", contract::settled(store, "")).size() ==
        samples.size() + others);
  CHECK(contract::listed(store, "other", contract::settled(store, "other")).size() == others);
}

TEST_CASE("clients that send the same large batch at once store it once") {
  auto subject = open_sliced();
  const std::vector<contract::Sample> samples = [] {
    std::vector<contract::Sample> all(50);
    for (auto& sample : all) sample.id = Uuid::random();
    return all;
  }();
  std::atomic<std::size_t> stored = 0, known = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&] {
      std::vector<Row> rows;
      for (const auto& sample : samples) rows.push_back(contract::row_of(sample));
      const auto outcomes = subject.statements->append({""}, rows, OnConflict::refuse_batch);
      if (!outcomes) return;
      for (const auto outcome : *outcomes) ++(outcome == AppendOutcome::stored ? stored : known);
    });
  for (auto& client : clients) client.join();
  CHECK(stored == samples.size());
  CHECK(known == 3 * samples.size());
}

TEST_CASE(
    "rows that a crash left without ids are no statements, and their instants are not reused") {
  const TemporaryFolder folder;
  std::vector<Row> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(contract::row_of({.id = Uuid::random()}));
  {
    const auto engine = Engine::open(folder.path());
    REQUIRE(engine.has_value());
    EmbeddedStatements statements(*engine);
    REQUIRE(statements.append({""}, rows, OnConflict::refuse_batch).has_value());
    // As it would be had the last of them not come to its end; its instants lie ahead of the clock.
    const Database& database = *(*engine)->database;
    const RowsAhead ahead{1, rows[1].stored, now() + std::chrono::seconds(5)};
    rocksdb::WriteBatch batch;
    batch.Put(database.family(Family::defaults), rows_ahead_key(ahead), rows_ahead_value(ahead));
    for (std::size_t i = 1; i < rows.size(); ++i)
      batch.Delete(database.family(Family::ids), id_key(1, rows[i].id));
    REQUIRE((*engine)->database->commit(batch).has_value());
  }
  const auto before = now() + std::chrono::seconds(4);
  const auto engine = Engine::open(folder.path());
  REQUIRE(engine.has_value());
  EmbeddedStatements statements(*engine);
  for (const xapi::Terms& terms : {xapi::Terms{}, xapi::Terms{contract::agent("ada")}}) {
    const auto page = statements.query({""}, {terms, {}, {}}, {});
    REQUIRE(page.has_value());
    REQUIRE(page->rows.size() == 1);
    CHECK(page->rows[0].position.id == rows[0].id);
  }
  const auto report =
      verify_database(*(*engine)->database, [](const WorkProgress&) { return true; });
  REQUIRE(report.has_value());
  CHECK(report->faults == std::vector<std::string>{});
  CHECK(report->statements == 1);
  // Sent again they are stored, behind them.
  REQUIRE(statements.append({""}, rows, OnConflict::refuse_batch).has_value());
  CHECK(rows[1].stored > before);
  CHECK(statements.query({""}, {{contract::agent("ada")}, {}, {}}, {})->rows.size() == 3);
}

}  // namespace lectern::store::embedded
