// Damage to any file of the embedded store is a refused start or an error of a read: never less
// than what was acknowledged without a word, and a refused start changes nothing.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "store/embedded/documents.h"
#include "store/embedded/statements.h"
#include "store/embedded/write/durable_note.h"
#include "store/open.h"
#include "store/testing/sample.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

namespace fs = std::filesystem;
using namespace contract;

/// How many places of each file are cut and changed: more than the few of an ordinary test run are
/// asked for with LECTERN_DAMAGE_PLACES.
std::size_t places() {
  const char* asked = std::getenv("LECTERN_DAMAGE_PLACES");
  return asked == nullptr ? 6 : static_cast<std::size_t>(std::atoi(asked));
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

Result<Stores> open_app(const std::string& app) {
  StoreSettings settings;
  settings.app_dir = app;
  return open_stores(settings);
}

using Texts = std::map<Uuid, std::string>;

/// Stores rows and a document, and remembers what was acknowledged.
void fill(Stores& stores, int batches, Texts& texts) {
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<Row> rows;
    for (int i = 0; i < 10; ++i) {
      Sample sample;
      sample.note = std::string(300, static_cast<char>('a' + i));
      rows.push_back(row_of(sample));
    }
    REQUIRE(stores.statements->append({}, rows, OnConflict::refuse_batch).has_value());
    for (const auto& row : rows) texts[row.id] = row.json;
  }
  const Document document{"text/plain", std::to_string(texts.size()), std::string(40, '0'), now()};
  REQUIRE(stores.documents->put({}, {DocumentKind::state, "owner", "", "count"}, document, {})
              .has_value());
}

struct Counts {
  int refused = 0, told = 0, whole = 0;
};

/// Opens the folder and reads all; `case_of` says what was done to it.
void check_never_silently_less(const std::string& app, const Texts& texts,
                               const std::string& case_of, Counts& counts) {
  CAPTURE(case_of);
  auto stores = open_app(app);
  if (!stores) {
    ++counts.refused;
    CHECK(stores.error().code == Code::internal);
    return;
  }
  bool told = false;
  for (const auto& [id, text] : texts) {
    const auto found = stores->statements->find({}, std::vector{id});
    told = told || !found;
    if (!found) continue;
    REQUIRE_MESSAGE(found->size() == 1, "a statement is gone");
    CHECK(found->front().json == text);
  }
  const auto document = stores->documents->get({}, {DocumentKind::state, "owner", "", "count"});
  told = told || !document;
  if (document) {
    REQUIRE_MESSAGE(document->has_value(), "the document is gone");
    CHECK((*document)->bytes == std::to_string(texts.size()));
  }
  const auto page =
      stores->statements->query({}, {{authority("lms")}, {}, {}, false}, {{}, 10'000});
  told = told || !page;
  if (page) CHECK(page->rows.size() == texts.size());
  if (told) CHECK(stores->statements->health() == Health::error);
  ++(told ? counts.told : counts.whole);
}

/// Every file of the store, damaged in many ways, one at a time.
Counts damage_each(const std::string& origin, const Texts& texts) {
  Counts counts;
  for (const auto& entry : fs::directory_iterator(origin + "/embedded")) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS") || name == "LOCK" ||
        name == "IDENTITY")
      continue;
    const auto bytes = read_file(entry.path());
    const auto with = [&](const std::optional<std::string>& changed, const std::string& how) {
      const TemporaryFolder app;
      fs::copy(origin + "/embedded", app.path() + "/embedded");
      const auto path = fs::path(app.path()) / "embedded" / name;
      if (changed) {
        write_file(path, *changed);
      } else {
        fs::remove(path);
      }
      check_never_silently_less(app.path(), texts, name + " " + how, counts);
    };
    if (name != note_name) with(std::nullopt, "removed");
    for (std::size_t i = 0; i < places() && !bytes.empty(); ++i) {
      const auto at = bytes.size() * i / places();
      with(bytes.substr(0, at), "cut to " + std::to_string(at));
      auto flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      with(flipped, "changed at " + std::to_string(at));
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("a note is read as it was written, and no other bytes are one") {
  const Note note{12, 34, 56, 0xABCDEF01, true};
  const auto bytes = encode_note(note);
  CHECK(decode_note(bytes) == note);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(!decode_note(changed));
    CHECK(!decode_note(bytes.substr(0, i)));
  }
}

TEST_CASE("damage to a store that was closed is never silently less") {
  const TemporaryFolder origin;
  Texts texts;
  for (int run = 0; run < 2; ++run) {
    auto stores = open_app(origin.path());
    REQUIRE(stores.has_value());
    fill(*stores, 10, texts);
  }
  const auto counts = damage_each(origin.path(), texts);
  MESSAGE(counts.refused, " refused, ", counts.told, " told on reading, ", counts.whole, " whole");
  CHECK(counts.refused > 0);
}

TEST_CASE("damage to a store whose process was killed is never silently less") {
  const TemporaryFolder origin, killed;
  Texts texts;
  {
    auto stores = open_app(origin.path());
    REQUIRE(stores.has_value());
    fill(*stores, 10, texts);
  }
  auto stores = open_app(origin.path());
  REQUIRE(stores.has_value());
  fill(*stores, 10, texts);
  // The files of a store at rest are what a kill would leave.
  fs::copy(origin.path() + "/embedded", killed.path() + "/embedded");
  Counts counts;
  check_never_silently_less(killed.path(), texts, "nothing", counts);
  CHECK(counts.whole == 1);
  fs::remove_all(killed.path() + "/embedded");
  fs::copy(origin.path() + "/embedded", killed.path() + "/embedded");
  const auto damaged_counts = damage_each(killed.path(), texts);
  MESSAGE(damaged_counts.refused, " refused, ", damaged_counts.told, " told on reading, ",
          damaged_counts.whole, " whole");
  CHECK(damaged_counts.refused > 0);
}

TEST_CASE("a refused start changes no file and says what to do") {
  const TemporaryFolder app;
  Texts texts;
  {
    auto stores = open_app(app.path());
    REQUIRE(stores.has_value());
    fill(*stores, 10, texts);
  }
  const auto contents = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(app.path() + "/embedded"))
      files[entry.path().filename().string()] = read_file(entry.path());
    return files;
  };
  fs::path manifest;
  for (const auto& entry : fs::directory_iterator(app.path() + "/embedded"))
    if (entry.path().filename().string().starts_with("MANIFEST")) manifest = entry.path();
  fs::resize_file(manifest, fs::file_size(manifest) / 2);
  const auto before = contents();
  const auto refused = open_app(app.path());
  REQUIRE(!refused.has_value());
  CHECK(refused.error().message.find(manifest.filename().string()) != std::string::npos);
  CHECK(refused.error().message.find("lectern verify") != std::string::npos);
  CHECK(contents() == before);
}

TEST_CASE("the store's folder and files are the owner's alone, older ones too") {
  const TemporaryFolder app;
  Texts texts;
  {
    auto stores = open_app(app.path());
    REQUIRE(stores.has_value());
    fill(*stores, 3, texts);
  }
  const auto folder = app.path() + "/embedded";
  const auto is_private = [&] {
    using fs::perms;
    const auto others = perms::group_all | perms::others_all;
    bool all = (fs::status(folder).permissions() & others) == perms::none;
    for (const auto& entry : fs::directory_iterator(folder)) {
      CAPTURE(entry.path().string());
      all = all && (entry.status().permissions() & others) == perms::none;
      CHECK((entry.status().permissions() & others) == perms::none);
    }
    return all;
  };
  CHECK(is_private());
  fs::permissions(folder, fs::perms(0755));
  for (const auto& entry : fs::directory_iterator(folder)) fs::permissions(entry, fs::perms(0644));
  auto stores = open_app(app.path());
  REQUIRE(stores.has_value());
  CHECK(is_private());
}

TEST_CASE("a start that finds another process on the folder leaves its log alone") {
  const TemporaryFolder app;
  const auto first = open_app(app.path());
  REQUIRE(first.has_value());
  CHECK(!open_app(app.path()).has_value());
  for (const auto& entry : fs::directory_iterator(app.path() + "/embedded"))
    CHECK(!entry.path().filename().string().starts_with("LOG.old"));
}

}  // namespace lectern::store::embedded
