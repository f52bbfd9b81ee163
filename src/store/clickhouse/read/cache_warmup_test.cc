#include "store/clickhouse/read/cache_warmup.h"

#include <algorithm>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/testing/sample.h"

namespace lectern::store::clickhouse {
namespace {

/// Rows of a table of its own, stored by a process that is gone.
struct Stored {
  Stored(const std::string& address, std::size_t count)
      : names(table_names_of("lectern_test", table).value()) {
    for (std::size_t i = 0; i < count; ++i) rows.push_back(contract::row_of({}));
    const auto store = open_at(address).statements;
    REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());
  }
  const std::string table = fresh_table();
  const TableNames names;
  std::vector<Row> rows;
};

bool has(const IndexTexts& texts, const Row& row) {
  const auto text = texts.find({row.stored, row.id});
  return text && text->json == row.json;
}

/// A new process beside 4,500 stored rows, with so much memory.
struct NewProcess {
  NewProcess(const std::string& address, std::size_t memory_bytes)
      : stored(address, 4'500), backdoor(address), memory(memory_bytes) {}

  /// Waits until the last row is there.
  bool await_last() const {
    for (int i = 0; i < 1'000 && !has(texts, stored.rows.back()); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    return has(texts, stored.rows.back());
  }
  /// The first row from which on all are there.
  std::size_t all_there_from() const {
    std::size_t first = stored.rows.size();
    while (first > 0 && has(texts, stored.rows[first - 1])) --first;
    return first;
  }

  const Stored stored;
  Backdoor backdoor;
  TextCache memory;
  const IndexTexts texts{memory, "rows"};
};

}  // namespace

TEST_CASE("a new process soon has the texts of a ClickHouse table in memory") {
  const auto address = test_server();
  if (!address) return;
  NewProcess process(*address, 64'000'000);
  CacheWarmup reread(process.backdoor.server(), process.stored.names, process.texts);
  reread.begin();
  CHECK(process.await_last());
  CHECK(process.all_there_from() == 0);
}

TEST_CASE("of a ClickHouse table that memory cannot hold the newest texts are read") {
  const auto address = test_server();
  if (!address) return;
  NewProcess process(*address, 900'000);
  CacheWarmup reread(process.backdoor.server(), process.stored.names, process.texts);
  reread.begin();
  CHECK(process.await_last());
  CHECK(process.all_there_from() > 1'000);
  CHECK(process.all_there_from() < 4'000);
}

TEST_CASE("who goes while a ClickHouse table is being read waits for one call at most") {
  const auto address = test_server();
  if (!address) return;
  NewProcess process(*address, 64'000'000);
  { CacheWarmup(process.backdoor.server(), process.stored.names, process.texts).begin(); }
  CHECK_FALSE(has(process.texts, process.stored.rows.back()));
}

}  // namespace lectern::store::clickhouse
