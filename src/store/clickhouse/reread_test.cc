#include "store/clickhouse/reread.h"

#include <algorithm>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/sample.h"

namespace lectern::store::clickhouse {
namespace {

/// Rows of a table of its own, stored by a process that is gone.
struct Stored {
  Stored(const std::string& address, std::size_t count)
      : names(names_of("lectern_test", table).value()) {
    for (std::size_t i = 0; i < count; ++i) rows.push_back(contract::row_of({}));
    const auto store = open_at(address).statements;
    REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());
  }
  const std::string table = fresh_table();
  const Names names;
  std::vector<Row> rows;
};

bool has(const TextsOfIndex& texts, const Row& row) {
  const auto text = texts.find({row.stored, row.id});
  return text && text->json == row.json;
}

/// Waits until the last row is there.
bool await(const TextsOfIndex& texts, const Row& last) {
  for (int i = 0; i < 1'000 && !has(texts, last); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  return has(texts, last);
}

}  // namespace

TEST_CASE("a new process soon has the texts of a ClickHouse table in memory") {
  const auto address = test_server();
  if (!address) return;
  const Stored stored(*address, 4'500);
  Backdoor backdoor(*address);
  RecentTexts memory(64'000'000);
  const TextsOfIndex texts(memory, "rows");
  Reread reread(backdoor.server(), stored.names, texts);
  reread.begin();
  CHECK(await(texts, stored.rows.back()));
  CHECK(std::all_of(stored.rows.begin(), stored.rows.end(),
                    [&](const Row& row) { return has(texts, row); }));
}

TEST_CASE("of a ClickHouse table that memory cannot hold the newest texts are read") {
  const auto address = test_server();
  if (!address) return;
  const Stored stored(*address, 4'500);
  Backdoor backdoor(*address);
  RecentTexts memory(3'000 * 300);
  const TextsOfIndex texts(memory, "rows");
  Reread reread(backdoor.server(), stored.names, texts);
  reread.begin();
  CHECK(await(texts, stored.rows.back()));
  const auto first = std::find_if(stored.rows.begin(), stored.rows.end(),
                                  [&](const Row& row) { return has(texts, row); });
  CHECK(first - stored.rows.begin() > 1'000);
  CHECK(std::all_of(first, stored.rows.end(), [&](const Row& row) { return has(texts, row); }));
}

TEST_CASE("who goes while a ClickHouse table is being read waits for one call at most") {
  const auto address = test_server();
  if (!address) return;
  const Stored stored(*address, 4'500);
  Backdoor backdoor(*address);
  RecentTexts memory(64'000'000);
  const TextsOfIndex texts(memory, "rows");
  { Reread(backdoor.server(), stored.names, texts).begin(); }
  CHECK_FALSE(has(texts, stored.rows.back()));
}

}  // namespace lectern::store::clickhouse
