// The power is cut at random moments of a store's life: while it writes, flushes, joins files, and
// while it starts after the cut before. What was acknowledged must be there, whole.
#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "base/log.h"
#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/safety/power_cut_files_test.h"
#include "store/embedded/statements.h"
#include "store/testing/crash_batches.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

using namespace contract;

constexpr int writers = 2;
constexpr std::uint64_t operations_max = 600;
constexpr int cuts_of_a_store = 12;

/// How many cuts: LECTERN_POWER_CUTS, else a few.
int cuts() {
  const char* asked = std::getenv("LECTERN_POWER_CUTS");
  return asked == nullptr ? 24 : std::atoi(asked);
}

std::uint64_t seed() {
  const char* asked = std::getenv("LECTERN_POWER_SEED");
  return asked == nullptr ? std::random_device{}() : std::strtoull(asked, nullptr, 10);
}

/// What was acknowledged in a store's life.
struct Known {
  Mutex mutex;
  std::vector<Acknowledgement> batches;
  std::array<int, writers> documents{};        // the last number written to each one's document
  std::array<int, writers> documents_tried{};  // which may be there too
  std::map<std::string, std::string> blobs;    // by sha2
};

DocumentKey document_of(int writer) {
  return {DocumentKind::state, "writer " + std::to_string(writer), "", "count"};
}

/// One writer. What is acknowledged after the cut does not count.
void write_until_cut(std::shared_ptr<Engine> engine, const PowerCutFiles& files, int writer,
                     std::uint64_t seed, Known& known) {
  std::mt19937_64 random(seed);
  EmbeddedStatements statements(engine);
  EmbeddedDocuments documents(engine);
  EmbeddedBlobs contents_store(engine);
  for (int count = known.documents_tried[static_cast<std::size_t>(writer)] + 1;; ++count) {
    auto rows = rows_of_batch();
    if (!statements.append({}, rows, OnConflict::refuse_batch) || files.is_cut()) return;
    {
      const MutexLock lock(known.mutex);
      known.batches.push_back(acknowledgement_of(rows));
    }
    known.documents_tried[static_cast<std::size_t>(writer)] = count;
    const Document document{"text/plain", std::to_string(count), std::string(40, 'e'), now()};
    if (!documents.put({}, document_of(writer), document, {}) || files.is_cut()) return;
    known.documents[static_cast<std::size_t>(writer)] = count;
    if (random() % 4 != 0) continue;
    std::map<std::string, std::string> contents;
    for (auto left = 1 + random() % 20; left > 0; --left) {
      const std::string bytes(random() % (left == 1 ? 2 * blob_piece_bytes : 1000),
                              static_cast<char>(random()));
      contents[to_hex(sha256(bytes))] = bytes;
    }
    std::vector<Blob> blobs;
    for (const auto& [sha2, bytes] : contents) blobs.push_back({sha2, bytes});
    if (!contents_store.put({}, blobs) || files.is_cut()) return;
    const MutexLock lock(known.mutex);
    known.blobs.merge(contents);
  }
}

/// What the short life of a test would hardly come to: memtables are written out, files joined.
void stir_until_cut(Engine& engine, PowerCutFiles& files, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (!files.is_cut()) {
    if (const auto pass = engine.database->use(Deadline::max())) {
      const auto family = static_cast<Family>(random() % family_count);
      engine.database->rocks().Flush({}, engine.database->family(family)).PermitUncheckedError();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 8));
  }
}

void check(Engine& engine, EmbeddedStatements& statements, EmbeddedDocuments& documents,
           EmbeddedBlobs& blobs, const Known& known) {
  for (const auto& batch : known.batches) REQUIRE(fault_of_batch(statements, batch) == "");
  REQUIRE(fault_of_whole(statements) == "");
  for (int writer = 0; writer < writers; ++writer) {
    const auto at = static_cast<std::size_t>(writer);
    const auto document = documents.get({}, document_of(writer));
    REQUIRE(document.has_value());
    const int there = *document ? std::stoi((*document)->bytes) : 0;
    REQUIRE(there >= known.documents[at]);
    REQUIRE(there <= known.documents_tried[at]);
  }
  for (const auto& [sha2, bytes] : known.blobs) {
    const auto blob = blobs.read({}, sha2, 0, bytes.size() + 1);
    REQUIRE(blob.has_value());
    REQUIRE(*blob == bytes);
  }
  REQUIRE(!engine.database->is_damaged());
}

/// Writes a batch and an attachment, in as many slices as there are statements and pieces, most of
/// which lie in a log of their own. The power goes with the given operation of that.
void write_in_many_logs(std::shared_ptr<Engine> engine, PowerCutFiles& files,
                        std::uint64_t operation, const Blob& blob) {
  REQUIRE(engine->database->rocks().SetDBOptions({{"max_total_wal_size", "1"}}).ok());
  engine->slices = {.postings_max = 1'000, .bytes_max = 100};
  files.cut_after(operation);
  EmbeddedStatements statements(engine);
  EmbeddedBlobs blobs(engine);
  auto rows = rows_of_batch();
  REQUIRE(statements.append({}, rows, OnConflict::refuse_batch).has_value());
  REQUIRE(blobs.put({}, std::span(&blob, 1)).has_value());
}

/// Opens the store, checks it, and writes until the power goes. Returns what the disk holds then.
std::shared_ptr<PowerCutFiles> live(std::shared_ptr<PowerCutFiles> files, const std::string& folder,
                                    Known& known, std::mt19937_64& random) {
  const auto env = rocksdb::NewCompositeEnv(files);
  const bool at_once = random() % 4 == 0;  // while it starts, perhaps
  const auto operations = 1 + random() % operations_max;
  if (at_once) files->cut_after(1 + operations % 60);
  auto opened = Engine::open(folder, env.get());
  REQUIRE_MESSAGE(opened.has_value(), opened.error().message, " ", opened.error().detail);
  (*opened)->database->posting_buffer().set_postings_max(1 + random() % 60);
  (*opened)->trainer.set_texts_min(5 + random() % 50);
  if (random() % 2 == 0)
    (*opened)->slices = {.postings_max = 3, .bytes_max = 100, .slices_of_commit_max = 2};
  {
    EmbeddedStatements statements(*opened);
    EmbeddedDocuments documents(*opened);
    EmbeddedBlobs blobs(*opened);
    if (!files->is_cut()) check(**opened, statements, documents, blobs, known);
    if (!at_once) files->cut_after(operations);
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i)
      threads.emplace_back(write_until_cut, *opened, std::cref(*files), i, random(),
                           std::ref(known));
    threads.emplace_back([&, start = random()] { stir_until_cut(**opened, *files, start); });
    for (auto& thread : threads) thread.join();
  }
  opened->reset();
  return files->after_the_cut(random);
}

}  // namespace

TEST_CASE("power cuts cost nothing that was acknowledged, and leave nothing half visible") {
  const auto first = seed();
  CAPTURE(first);
  std::size_t statements = 0, blobs = 0;
  for (int cut = 0; cut < cuts();) {
    std::mt19937_64 random(first + static_cast<std::uint64_t>(cut));
    const TemporaryFolder folder;
    Known known;
    auto files = std::make_shared<PowerCutFiles>();
    for (int i = 0; i < cuts_of_a_store && cut < cuts(); ++i, ++cut) {
      CAPTURE(cut);
      files = live(files, folder.path(), known, random);
    }
    const auto env = rocksdb::NewCompositeEnv(files);
    auto engine = Engine::open(folder.path(), env.get());
    REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
    EmbeddedStatements all(*engine);
    EmbeddedDocuments documents(*engine);
    EmbeddedBlobs contents(*engine);
    check(**engine, all, documents, contents, known);
    statements += known.batches.size() * batch_rows;
    blobs += known.blobs.size();
  }
  MESSAGE(cuts(), " cuts (LECTERN_POWER_SEED=", first, "), ", statements, " statements and ", blobs,
          " attachments acknowledged and all there");
}

TEST_CASE("what is written in slices is there whole or not at all, whichever files are kept") {
  std::mt19937_64 random(1);
  const TemporaryFolder folder;
  Known known;
  auto disk = std::make_shared<PowerCutFiles>();
  disk = live(disk, folder.path(), known, random);
  const std::string bytes(3 * blob_piece_bytes, 'b');
  const std::string sha2 = to_hex(sha256(bytes));
  const Blob blob{sha2, bytes};
  int opened = 0;
  for (std::uint64_t operation = 1;; ++operation) {
    CAPTURE(operation);
    const auto files = disk->after_the_cut(random);
    {
      const auto env = rocksdb::NewCompositeEnv(files);
      auto engine = Engine::open(folder.path(), env.get());
      REQUIRE(engine.has_value());
      write_in_many_logs(*engine, *files, operation, blob);
    }
    if (!files->is_cut()) break;
    for (int tries = 0; tries < 4; ++tries) {
      const auto left = rocksdb::NewCompositeEnv(files->after_the_cut(
          random, PowerCutFiles::NamesLeft::all, PowerCutFiles::BytesLeft::all_or_none));
      auto engine = Engine::open(folder.path(), left.get());
      REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
      EmbeddedStatements statements(*engine);
      REQUIRE(fault_of_whole(statements) == "");
      EmbeddedBlobs blobs(*engine);
      const auto size = blobs.size({}, blob.sha2);
      REQUIRE(size.has_value());
      if (*size) {
        const auto read = blobs.read({}, sha2, 0, bytes.size() + 1);
        REQUIRE_MESSAGE(read.has_value(), read.error().message);
        REQUIRE((*read == bytes));  // not shown: 3 MB
      }
      ++opened;
    }
  }
  MESSAGE(opened, " starts after a write that was cut off");
}

TEST_CASE("a start that is cut off anywhere loses nothing, and the next one opens the store") {
  std::mt19937_64 random(1);
  const TemporaryFolder folder;
  Known known;
  auto disk = std::make_shared<PowerCutFiles>();
  for (int lives = 0; lives < 3; ++lives) disk = live(disk, folder.path(), known, random);
  int opened = 0;
  for (std::uint64_t operation = 1;; ++operation) {
    CAPTURE(operation);
    const auto files = disk->after_the_cut(random);
    files->cut_after(operation);
    const auto env = rocksdb::NewCompositeEnv(files);
    REQUIRE(Engine::open(folder.path(), env.get()).has_value());
    if (!files->is_cut()) break;
    for (int tries = files->has_unsynced_names() ? 6 : 1; tries > 0; --tries) {
      const auto left = rocksdb::NewCompositeEnv(files->after_the_cut(
          random, PowerCutFiles::NamesLeft::any, PowerCutFiles::BytesLeft::any));
      auto engine = Engine::open(folder.path(), left.get());
      REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
      EmbeddedStatements statements(*engine);
      EmbeddedDocuments documents(*engine);
      EmbeddedBlobs contents(*engine);
      check(**engine, statements, documents, contents, known);
      ++opened;
    }
  }
  MESSAGE(opened, " starts after one that was cut off");
}

}  // namespace lectern::store::embedded
