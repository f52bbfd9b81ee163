// Each kind of damage is told in a line; what follows from the texts is rebuilt, the rest is named.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/common/reference_resolver.h"
#include "store/embedded/engine.h"
#include "store/embedded/format/posting_block.h"
#include "store/embedded/format/stored_row.h"
#include "store/open.h"
#include "store/open_embedded.h"
#include "store/testing/sample.h"
#include "store/testing/temporary_folder.h"
#include "store/testing/verify_fixture.h"

namespace lectern::store::embedded {
namespace {

namespace fs = std::filesystem;
using namespace contract;

const std::string content = "the bytes of an attachment";

/// A store with a statement, one that is voided, one that refers, one with an attachment; a
/// document. It is closed but while a call is under way.
class Sampled {
 public:
  Sampled() {
    const auto stores = open();
    sha2 = to_hex(sha256(content));
    plain = Sample{};
    voided = Sample{};
    referring = Sample{.refers_to = plain.id};
    const Sample voiding{.refers_to = voided.id, .voids = true};
    attached = row_of(R"({"id":")" + Uuid::random().text() +
                          R"(","actor":{"mbox":"mailto:ada@example.org"},)"
                          R"("verb":{"id":"http://example.org/did"},)"
                          R"("object":{"id":"http://example.org/it"},"attachments":[{)"
                          R"("usageType":"http://example.org/u","display":{"en":"x"},)"
                          R"("contentType":"text/plain","length":26,"sha2":")" +
                          sha2 + R"("}]})",
                      "lms");
    REQUIRE(stores.blobs->put({}, std::array{Blob{sha2, content}}).has_value());
    const Document document{"text/plain", "x", to_hex(sha1("x")), now()};
    REQUIRE(stores.documents->put({}, {DocumentKind::state, "owner", "", "name"}, document, {})
                .has_value());
    std::vector<Row> rows = {row_of(plain), row_of(voided), row_of(referring), row_of(voiding),
                             attached};
    REQUIRE(stores.statements->append({}, rows, OnConflict::refuse_batch).has_value());
    attached = rows.back();
    for (const auto& row : rows) stored.push_back(row.stored);
  }

  std::string folder() const { return app.path() + "/embedded"; }
  Stores open() const {
    StoreSettings settings;
    settings.app_dir = app.path();
    auto stores = open_stores(settings);
    REQUIRE_MESSAGE(stores.has_value(), stores.error().message);
    return std::move(*stores);
  }
  /// Changes the database behind the store's back.
  template <typename Change>
  void change(Change&& make) const {
    const auto engine = Engine::open(folder());
    REQUIRE(engine.has_value());
    const Database& database = *(*engine)->database;
    rocksdb::WriteBatch batch;
    make(database, batch);
    REQUIRE((*engine)->database->commit(batch).has_value());
  }
  VerifyReport verify(bool repair = false) const {
    const auto report = verify_embedded(folder(), repair, go_on);
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    return *report;
  }
  /// The first file with this ending that is not empty.
  fs::path file(std::string_view ending) const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(folder()))
      if (entry.path().string().ends_with(ending) &&
          (largest.empty() || entry.file_size() > fs::file_size(largest)))
        largest = entry.path();
    REQUIRE(!largest.empty());
    return largest;
  }

  TemporaryFolder app;
  std::string sha2;
  Sample plain, voided, referring;
  Row attached;
  std::vector<Time> stored;  // in the order of the constructor
};

/// The line of a report that says this.
std::string line_with(const std::vector<std::string>& lines, std::string_view words) {
  for (const auto& line : lines)
    if (line.find(words) != line.npos) return line;
  return "";
}

/// The damage is told in a line with these words, and a repair makes it good.
void check_rebuilt(const Sampled& store, std::string_view words) {
  const auto told = store.verify();
  CAPTURE(joined(told.faults));
  CHECK(told.wrong > 0);
  CHECK(!line_with(told.faults, words).empty());
  const auto repaired = store.verify(true);
  CAPTURE(joined(repaired.remarks));
  CHECK(repaired.repaired);
  const auto after = store.verify();
  CHECK(after.wrong == 0);
  CHECK(after.statements == 5);
  CHECK(after.documents == 1);
  CHECK(after.attachments == 1);
}

/// A repair cannot bring it back: that is told, in a line with these words.
void check_named_as_lost(const Sampled& store, std::string_view told_by, std::string_view lost_by) {
  const auto told = store.verify();
  CAPTURE(joined(told.faults));
  CHECK(!line_with(told.faults, told_by).empty());
  const auto repaired = store.verify(true);
  CAPTURE(joined(repaired.remarks));
  CHECK_FALSE(repaired.repaired);
  CHECK(!line_with(repaired.remarks, lost_by).empty());
}

void flip(const fs::path& path, std::uint64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

constexpr TargetNumber target = 1;

std::string key_of_posting(const Database& database, const xapi::Term& term, Time stored) {
  const auto key = posting_key(database.hash_of(target, term), order_of(stored));
  return {key.data(), key.size()};
}

/// Changes the block that a posting lies in, which must be there.
void change_block(const Database& database, rocksdb::WriteBatch& batch, const xapi::Term& term,
                  Time stored,
                  const std::function<void(std::vector<BlockEntry>&, std::size_t)>& change) {
  const auto key = posting_key(hash_of_blocks(database.hash_of(target, term)), order_of(stored));
  const std::unique_ptr<rocksdb::Iterator> at(
      database.rocks().NewIterator({}, database.family(Family::postings)));
  at->Seek(slice(key));
  REQUIRE(at->Valid());
  std::uint64_t oldest = 0;
  REQUIRE(decode_order(view(at->key()), oldest));
  auto entries = decode_block(view(at->value()), oldest);
  REQUIRE(entries.has_value());
  const auto place = std::find_if(entries->begin(), entries->end(), [&](const BlockEntry& entry) {
    return entry.order == order_of(stored);
  });
  REQUIRE(place != entries->end());
  batch.Delete(database.family(Family::postings), at->key());
  change(*entries, static_cast<std::size_t>(place - entries->begin()));
  if (entries->empty()) return;
  const auto changed =
      posting_key(hash_of_blocks(database.hash_of(target, term)), entries->back().order);
  batch.Put(database.family(Family::postings), slice(changed), encode_block(*entries));
}

void take_from_block(const Database& database, rocksdb::WriteBatch& batch, const xapi::Term& term,
                     Time stored) {
  change_block(database, batch, term, stored, [](auto& entries, std::size_t index) {
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
  });
}

}  // namespace

TEST_CASE("a store that is whole has no fault") {
  const Sampled store;
  const auto report = store.verify();
  CAPTURE(joined(report.faults));
  CHECK(report.wrong == 0);
  CHECK(report.statements == 5);
  CHECK(report.documents == 1);
  CHECK(report.attachments == 1);
}

TEST_CASE("a posting that is missing is told and rebuilt") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    take_from_block(database, batch, agent("ada"), store.stored[0]);
  });
  check_rebuilt(store, store.plain.id.text() + ": 1 of its");
}

TEST_CASE("a posting that is damaged is told and rebuilt") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    change_block(database, batch, agent("ada"), store.stored[0],
                 [](auto& entries, std::size_t index) { entries[index].mark = VerbMark{}; });
  });
  check_rebuilt(store, store.plain.id.text() + ": 1 of its");
}

TEST_CASE("a block of postings that is damaged is told and rebuilt") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    const auto hash = hash_of_blocks(database.hash_of(target, agent("ada")));
    batch.Put(database.family(Family::postings),
              slice(posting_key(hash, order_of(store.stored[0]))), "another");
  });
  check_rebuilt(store, "a posting is unreadable");
}

TEST_CASE("a posting too many is told and taken away") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    batch.Put(database.family(Family::postings),
              key_of_posting(database, agent("eve"), store.stored[0]), "");
  });
  check_rebuilt(store, "which should not have them");
}

TEST_CASE("a posting that a referring statement took over is told when it is missing") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    batch.Delete(database.family(Family::postings),
                 key_of_posting(database, activity("course"), store.stored[2]));
  });
  check_rebuilt(store, store.referring.id.text() + ": 1 of the");
}

TEST_CASE("an id that is missing, or leads elsewhere, is told and rebuilt") {
  for (const bool missing : {true, false}) {
    const Sampled store;
    store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
      const auto key = id_key(target, store.plain.id);
      if (missing)
        batch.Delete(database.family(Family::ids), key);
      else
        batch.Put(database.family(Family::ids), key, encode_id_entry({true, store.stored[1], {}}));
    });
    check_rebuilt(store, store.plain.id.text() + ": its id");
  }
}

TEST_CASE("a reference that is missing is told and rebuilt") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    batch.Delete(database.family(Family::references),
                 reference_key(target, store.plain.id, store.stored[2]));
  });
  check_rebuilt(store, store.referring.id.text() + ": its reference is missing");
}

TEST_CASE("a voided mark that lacks is told and set again") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    const auto key = body_key(target, store.stored[1]);
    const auto bytes = database.get(Family::bodies, key);
    auto body = decode_body(**bytes);
    REQUIRE(body->voided);
    body->voided = false;
    batch.Put(database.family(Family::bodies), key, encode_body_head(*body).append(body->text));
  });
  check_rebuilt(store, store.voided.id.text() + ": it was voided, and is not marked so");
}

TEST_CASE("a statement of which only the id is left is named as lost") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    batch.Delete(database.family(Family::bodies), body_key(target, store.stored[0]));
  });
  check_named_as_lost(store, store.plain.id.text() + ": its id leads to no statement",
                      "lost: the statement " + store.plain.id.text());
  CHECK(store.verify().statements == 4);
}

TEST_CASE("an attachment that is missing stays told after a repair") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    batch.Delete(database.family(Family::blobs), blob_key(target, store.sha2, 0));
    batch.Delete(database.family(Family::blobs), blob_key(target, store.sha2, blob_size_piece));
  });
  const auto missing = store.attached.id.text() + ": its attachment " + store.sha2 + " is missing";
  check_named_as_lost(store, missing, "still wrong: statement " + missing);
}

TEST_CASE("an attachment that differs from its hash is named as lost") {
  const Sampled store;
  store.change([&](const Database& database, rocksdb::WriteBatch& batch) {
    auto other = content;
    other[0] = 'T';
    batch.Put(database.family(Family::blobs), blob_key(target, store.sha2, 0), other);
  });
  check_named_as_lost(store, "attachment " + store.sha2 + " is not what its hash says",
                      "lost: the attachment " + store.sha2);
}

TEST_CASE("a damaged table is told by its name, and what it held is named") {
  const Sampled store;
  std::string damaged;
  {  // the table of the bodies: its first block
    const auto engine = Engine::open(store.folder());
    REQUIRE(engine.has_value());
    std::vector<rocksdb::LiveFileMetaData> files;
    (*engine)->database->rocks().GetLiveFilesMetaData(&files);
    for (const auto& file : files)
      if (file.column_family_name == "bodies") damaged = file.name;
  }
  REQUIRE(!damaged.empty());
  flip(store.folder() + damaged, 100);
  check_named_as_lost(store, damaged.substr(1), "lost: the statement");
}

TEST_CASE("a damaged write-ahead log is told, and that what it held is lost") {
  const Sampled store;
  const TemporaryFolder copy;
  std::vector<Row> rows = {row_of(Sample{}), row_of(Sample{})};
  {
    const auto stores = store.open();
    for (Row& row : rows)
      REQUIRE(
          stores.statements->append({}, std::span(&row, 1), OnConflict::refuse_batch).has_value());
    fs::copy(store.folder(), copy.path() + "/embedded");  // as a kill would leave it
  }
  fs::remove_all(store.folder());
  fs::copy(copy.path() + "/embedded", store.folder());
  const auto log = store.file(".log");
  const auto bytes = fs::file_size(log);
  flip(log, bytes - 50);  // in the last write
  check_named_as_lost(store, "acknowledged writes", "acknowledged writes some behind");
  const auto after = store.verify();
  CHECK(after.wrong == 0);
  CHECK(after.statements == 6);
}

}  // namespace lectern::store::embedded
