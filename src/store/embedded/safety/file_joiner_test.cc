#include "store/embedded/safety/file_joiner.h"

#include <doctest/doctest.h>

#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

constexpr int flushes = 50;

std::string key_of(int number) { return body_key(1, Time{std::chrono::microseconds{number}}); }

std::size_t files_of_bodies(Database& database) {
  rocksdb::ColumnFamilyMetaData family;
  database.rocks().GetColumnFamilyMetaData(database.family(Family::bodies), &family);
  return family.file_count;
}

/// Joins until neither this nor RocksDB has anything left to do.
void join_all(Database& database) {
  std::uint64_t running = 1;
  for (Result<bool> joined = true; running > 0 || !joined || *joined;) {
    joined = join_small_files(database);
    REQUIRE(database.rocks().GetIntProperty("rocksdb.num-running-compactions", &running));
    std::uint64_t pending = 0;
    REQUIRE(database.rocks().GetIntProperty(database.family(Family::bodies),
                                            "rocksdb.compaction-pending", &pending));
    running += pending;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_CASE("small files of bodies are joined, and nothing in them changes") {
  const TemporaryFolder folder;
  auto opened = Database::open(folder.path());
  REQUIRE(opened.has_value());
  Database& database = **opened;
  for (int i = 0; i < flushes; ++i) {
    REQUIRE(database.rocks().Put({}, database.family(Family::bodies), key_of(i), key_of(i)).ok());
    REQUIRE(database.rocks().Flush({}, database.family(Family::bodies)).ok());
  }
  join_all(database);
  CHECK(files_of_bodies(database) < flushes / 2);
  for (int i = 0; i < flushes; ++i) {
    const auto value = database.get(Family::bodies, key_of(i));
    REQUIRE(value.has_value());
    CHECK(*value == key_of(i));
  }
}

}  // namespace
}  // namespace lectern::store::embedded
