// Postings that are gathered, a few at a time here, so that most lie in blocks and some in memory.
#include "store/embedded/write/posting_buffer.h"

#include <doctest/doctest.h>

#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/safety/verify.h"
#include "store/embedded/statements.h"
#include "store/testing/contract/contract.h"
#include "store/testing/contract/walk.h"
#include "store/testing/differential.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

std::shared_ptr<Engine> engine_in(const std::string& folder, std::size_t postings_max) {
  auto engine = Engine::open(folder);
  REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
  (*engine)->database->posting_buffer().set_postings_max(postings_max);
  return std::move(*engine);
}

template <std::size_t postings_max>
contract::Subject open_in(std::shared_ptr<TemporaryFolder> folder) {
  const auto engine = engine_in(folder->path(), postings_max);
  return {std::move(folder),
          std::make_unique<EmbeddedStatements>(engine),
          std::make_unique<EmbeddedDocuments>(engine),
          std::make_unique<EmbeddedBlobs>(engine),
          "",
          "other"};
}

template <std::size_t postings_max>
contract::Subject open_gathering() {
  return open_in<postings_max>(std::make_shared<TemporaryFolder>());
}

template <std::size_t postings_max>
contract::Subject reopen_gathering(contract::Subject subject) {
  const auto folder = std::static_pointer_cast<TemporaryFolder>(subject.keep);
  subject.statements.reset();
  subject.documents.reset();
  subject.blobs.reset();
  return open_in<postings_max>(folder);
}

template <std::size_t postings_max>
const contract::Backend gathering{.open = open_gathering<postings_max>,
                                  .reopen = reopen_gathering<postings_max>};

/// Statements of one agent, of `verbs` verbs in turn.
std::vector<Row> rows_of(std::size_t count, std::size_t verbs) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back(contract::row_of(
        contract::Sample{.id = Uuid::random(), .verb = "did" + std::to_string(i % verbs)}));
  return rows;
}

/// The ids of all pages of a filter.
std::vector<Uuid> walked(EmbeddedStatements& store, const xapi::Terms& terms, bool ascending) {
  std::vector<Uuid> ids;
  std::optional<xapi::Position> after;
  for (;;) {
    const auto page = store.query({""}, {terms, {}, {}}, {after, 7, ascending});
    REQUIRE(page.has_value());
    for (const auto& row : page->rows) ids.push_back(row.position.id);
    if (!page->more) return ids;
    after = page->rows.back().position;
  }
}

void check_walks(EmbeddedStatements& store, const std::vector<Row>& rows, std::size_t verbs) {
  for (const bool ascending : {true, false}) {
    std::vector<Uuid> all, of_one;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      all.push_back(rows[i].id);
      if (i % verbs == 0) of_one.push_back(rows[i].id);
    }
    if (!ascending) std::reverse(all.begin(), all.end());
    if (!ascending) std::reverse(of_one.begin(), of_one.end());
    CHECK(walked(store, {contract::agent("ada")}, ascending) == all);
    CHECK(walked(store, {contract::verb("did0")}, ascending) == of_one);
    CHECK(walked(store, {contract::agent("ada"), contract::verb("did0")}, ascending) == of_one);
  }
}

std::vector<std::string> faults_of(const Database& database) {
  const auto report = verify_database(database, [](const WorkProgress&) { return true; });
  REQUIRE(report.has_value());
  return report->faults;
}

/// Makes of a folder what an older version would have written: each posting alone.
void make_older(Database& database) {
  rocksdb::WriteBatch batch;
  const std::unique_ptr<rocksdb::Iterator> at(
      database.rocks().NewIterator({}, database.family(Family::postings)));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    batch.Delete(database.family(Family::postings), at->key());
    REQUIRE(each_posting(view(at->key()), view(at->value()),
                         [&](const PostingKey& key, const std::optional<VerbMark>& mark) {
                           batch.Put(database.family(Family::postings), slice(key),
                                     mark ? slice(*mark) : rocksdb::Slice());
                         }));
  }
  batch.Delete(covered_key);
  batch.Put(format_key, "2");
  REQUIRE(database.commit(batch).has_value());
}

}  // namespace

TEST_CASE("what is made again at a start is one generation, whatever it holds") {
  const TemporaryFolder folder;
  const auto engine = engine_in(folder.path(), 100'000);
  auto& database = *engine->database;
  PostingBuffer buffer;
  buffer.set_postings_max(10);
  // Of two targets, the second one's older than the first one's.
  const TermHash first{'a'}, second{'b'};
  for (std::uint64_t order = 520; order > 500; --order)
    buffer.add(std::vector<Posting>{{posting_key(first, order), std::nullopt}});
  for (std::uint64_t order = 620; order > 600; --order)
    buffer.add(std::vector<Posting>{{posting_key(second, order), std::nullopt}});
  rocksdb::WriteBatch batch;
  REQUIRE(buffer.begin_slice(batch, database.family(Family::defaults),
                             database.family(Family::postings), 100));
  CHECK(batch.Count() == 3);  // a block each, and how far they reach
  buffer.end_slice();
  CHECK(buffer.empty());
}

TEST_CASE("large batches are not read again at a start") {
  const TemporaryFolder folder;
  const auto first = rows_of(60, 2);
  {
    const auto engine = engine_in(folder.path(), 100'000);
    engine->slices = {.postings_max = 3, .bytes_max = 100, .slices_of_commit_max = 2};
    EmbeddedStatements store(engine);
    auto rows = first;
    REQUIRE(store.append({""}, rows, OnConflict::refuse_batch).has_value());
  }
  const auto engine = engine_in(folder.path(), 100'000);
  CHECK(engine->database->posting_buffer().empty());
  CHECK(engine->database->covered().value() == order_of(engine->database->newest_stored().value()));
  EmbeddedStatements store(engine);
  check_walks(store, first, 2);
}

TEST_CASE("what is gathered keeps the contract of statements") {
  contract::check_statements(gathering<10>);
}

TEST_CASE("what is gathered is what the memory store has") {
  for (const std::uint32_t seed : {21u, 22u, 23u}) {
    contract::check_against_memory(gathering<1>, {.seed = seed});
    contract::check_against_memory(gathering<40>, {.seed = seed});
  }
}

TEST_CASE("walks meet what is in memory, in blocks and alone once each and in order") {
  constexpr std::size_t verbs = 3;
  for (const std::size_t postings_max : {200, 3'000, 100'000}) {
    const TemporaryFolder folder;
    std::vector<Row> rows;
    for (int life = 0; life < 3; ++life) {
      const auto engine = engine_in(folder.path(), postings_max);
      EmbeddedStatements store(engine);
      for (int batch = 0; batch < 6; ++batch) {
        auto more = rows_of(99, verbs);
        REQUIRE(store.append({""}, more, OnConflict::refuse_batch).has_value());
        rows.insert(rows.end(), more.begin(), more.end());
      }
      check_walks(store, rows, verbs);
      CHECK(faults_of(*engine->database) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("a folder whose postings all stand alone is taken over, and added to") {
  const TemporaryFolder folder;
  auto rows = rows_of(300, 2);
  {
    const auto engine = engine_in(folder.path(), 50);
    EmbeddedStatements store(engine);
    REQUIRE(store.append({""}, rows, OnConflict::refuse_batch).has_value());
  }
  make_older(*engine_in(folder.path(), 50)->database);
  {
    const auto reading = Database::open_for_reading(folder.path());
    REQUIRE(reading.has_value());
    CHECK(faults_of(**reading) == std::vector<std::string>{});
  }
  for (int life = 0; life < 2; ++life) {
    const auto engine = engine_in(folder.path(), 50);
    EmbeddedStatements store(engine);
    check_walks(store, rows, 2);
    auto more = rows_of(20, 2);
    REQUIRE(store.append({""}, more, OnConflict::refuse_batch).has_value());
    rows.insert(rows.end(), more.begin(), more.end());
    check_walks(store, rows, 2);
    CHECK(faults_of(*engine->database) == std::vector<std::string>{});
    CHECK(engine->database->get(Family::defaults, std::string(format_key)).value() == "4");
  }
}

}  // namespace lectern::store::embedded
