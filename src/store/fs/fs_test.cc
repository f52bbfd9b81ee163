#include <fstream>

#include <doctest/doctest.h>

#include "store/fs/statements.h"
#include "store/open.h"
#include "store/testing/contract/contract.h"
#include "store/testing/differential.h"
#include "store/testing/sample.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store {
namespace {

Result<Stores> open_folder(const std::string& folder) {
  StoreSettings settings;
  settings.backend = "fs";
  settings.app_dir = folder + "/app";
  settings.values["DEFAULT_DIRECTORY_PATH"] = folder + "/statements";
  return open_stores(settings);
}

/// Statements only: the documents beside them have the contract of the embedded store.
contract::Subject open_in(std::shared_ptr<void> keep, const std::string& folder) {
  auto statements = fs::FsStatements::open(folder, "fs_lrs.jsonl");
  REQUIRE_MESSAGE(statements.has_value(), statements.error().message);
  return {std::move(keep), std::move(*statements), nullptr, nullptr, "", "other"};
}

contract::Subject open_fs() {
  auto folder = std::make_shared<TemporaryFolder>();
  return open_in(folder, folder->path());
}

contract::Subject reopen_fs(contract::Subject subject) {
  const auto folder = std::static_pointer_cast<TemporaryFolder>(subject.keep);
  subject.statements.reset();
  return open_in(folder, folder->path());
}

const contract::Backend fs_backend{
    .open = open_fs, .reopen = reopen_fs, .keeps_line_breaks = false};

/// A line as Ralph writes it: ASCII only, its own spelling of instants.
std::string line_of_ralph(const Uuid& id, const std::string& agent, const std::string& second) {
  return R"({"id": ")" + id.text() + R"(", "actor": {"mbox": "mailto:)" + agent +
         R"(@example.org", "name": "Andr\u00e9"}, "verb": {"id": "http://example.org/verbs/did"}, )" +
         R"("object": {"id": "http://example.org/activities/a"}, "timestamp": )" +
         R"("2024-01-01T00:00:00+00:00", "stored": "2024-05-01T10:00:)" + second +
         R"(.123456+00:00", "version": "1.0.0"})" + "\n";
}

void write(const std::string& folder, const std::string& text) {
  std::filesystem::create_directories(folder + "/statements");
  std::ofstream(folder + "/statements/fs_lrs.jsonl", std::ios::app) << text;
}

std::vector<Uuid> listed(Stores& stores, xapi::Terms terms) {
  std::vector<Uuid> ids;
  const auto page = stores.statements->query({}, {std::move(terms), {}, {}}, {{}, 100, true});
  for (const auto& row : page.value().rows) ids.push_back(row.position.id);
  return ids;
}

}  // namespace

TEST_CASE("the fs store keeps the contract of statements") {
  contract::check_statements(fs_backend);
}

TEST_CASE("the fs store does what the memory store does") {
  contract::check_against_memory(fs_backend, {.seed = 11});
}

TEST_CASE("what Ralph wrote is indexed, before the start and while the store is open") {
  const TemporaryFolder folder;
  const auto first = Uuid::random(), second = Uuid::random();
  write(folder.path(), line_of_ralph(first, "ada", "01") + line_of_ralph(first, "eve", "02"));
  auto stores = open_folder(folder.path()).value();
  CHECK(listed(stores, {contract::agent("ada")}) == std::vector{first});
  CHECK(listed(stores, {contract::agent("eve")}).empty());
  write(folder.path(), line_of_ralph(second, "ada", "03"));
  CHECK(listed(stores, {contract::agent("ada")}) == std::vector{first, second});
  const auto found = stores.statements->find({}, std::vector{first}).value();
  REQUIRE(found.size() == 1);
  CHECK(found[0].json + "\n" == line_of_ralph(first, "ada", "01"));
  CHECK(found[0].position.stored == parse_time("2024-05-01T10:00:01.123456Z"));
}

TEST_CASE("lines that are no statements are passed over, and a line cut short by a crash too") {
  const TemporaryFolder folder;
  const auto id = Uuid::random();
  write(folder.path(), "rubbish\n[1]\n{}\n\n" + line_of_ralph(id, "ada", "01") + R"({"id": "a)");
  std::vector<Row> rows{contract::row_of({.agent = "ada"})};
  {
    auto stores = open_folder(folder.path()).value();
    CHECK(listed(stores, {}) == std::vector{id});
    REQUIRE(stores.statements->append({}, rows, OnConflict::skip).has_value());
    CHECK(listed(stores, {}) == std::vector{id, rows[0].id});
  }
  auto stores = open_folder(folder.path()).value();
  CHECK(listed(stores, {}) == std::vector{id, rows[0].id});
}

TEST_CASE("a target that would leave the folder is refused") {
  const TemporaryFolder folder;
  auto stores = open_folder(folder.path()).value();
  for (const std::string target : {"..", "../x", "a/../../x", "/tmp", "a//b", "a\n", "."}) {
    std::vector<Row> rows{contract::row_of(contract::Sample{})};
    const auto outcomes = stores.statements->append({target}, rows, OnConflict::skip);
    REQUIRE(!outcomes.has_value());
    CHECK(outcomes.error().code == Code::invalid);
  }
}

TEST_CASE("beside the files of the fs store documents are kept in the embedded store") {
  const TemporaryFolder folder;
  const auto stores = open_folder(folder.path()).value();
  const DocumentKey key{DocumentKind::state, "owner", "", "a"};
  CHECK(stores.documents->put({}, key, {"text/plain", "x", "e", now()}, {}).value());
  CHECK(std::filesystem::is_directory(folder.path() + "/app/embedded"));
}

TEST_CASE("a file belongs to one opener at a time, and the second is told so") {
  const TemporaryFolder folder;
  const auto first = open_folder(folder.path());
  REQUIRE(first.has_value());
  const auto second = open_folder(folder.path());
  REQUIRE(!second.has_value());
  CHECK(second.error().code == Code::unavailable);
  CHECK(second.error().message.find("another lectern process owns") != std::string::npos);
}

}  // namespace lectern::store
