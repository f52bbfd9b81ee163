#include "store/clickhouse/read/statement_rows.h"

#include <algorithm>
#include <random>
#include <tuple>

#include "store/clickhouse/fixture.h"
#include "store/clickhouse/write/row_encoding.h"
#include "store/testing/sample.h"

namespace lectern::store::clickhouse {
namespace {

/// Statements in a table of its own, some of them voided.
struct Voided {
  explicit Voided(const std::string& address)
      : names(table_names_of("lectern_test", table).value()) {
    for (int i = 0; i < 400; ++i) rows.push_back(contract::row_of({}));
    const auto store = open_at(address).statements;
    REQUIRE(store->append({table}, rows, OnConflict::refuse_batch).has_value());
    std::vector<Row> voiding;
    for (std::size_t i = 0; i < rows.size(); i += 4)
      voiding.push_back(contract::row_of({.refers_to = rows[i].id, .voids = true}));
    REQUIRE(store->append({table}, voiding, OnConflict::refuse_batch).has_value());
    for (const Row& row : rows) places.push_back({row.stored, row.id});
  }
  bool are_all_in(const std::vector<StatementRow>& kept) const {
    return kept.size() == rows.size() &&
           std::all_of(kept.begin(), kept.end(), [&](const StatementRow& one) {
             const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& each) {
               return each.id == one.position.id;
             });
             return row != rows.end() && one.json == row->json &&
                    one.voided == ((row - rows.begin()) % 4 == 0);
           });
  }

  const std::string table = fresh_table();
  const TableNames names;
  std::vector<Row> rows;
  std::vector<xapi::Position> places;
};

/// Those, and the memory of a process that reads them.
struct Reader {
  explicit Reader(const std::string& address) : voided(address), backdoor(address) {}

  std::int64_t known(std::span<const xapi::Position> places) {
    memory.flush();
    return std::count_if(places.begin(), places.end(),
                         [&](const auto& place) { return texts.has(place); });
  }

  const Voided voided;
  Backdoor backdoor;
  TextCache memory{1'000'000};
  const IndexTexts texts{memory, voided.names.rows};
  StatementRows rows{backdoor.server(), voided.names, memory};
};

}  // namespace

TEST_CASE(
    "rows of ClickHouse are the same from memory as from the table, and so is what is voided") {
  const auto address = test_server();
  if (!address) return;
  Reader reader(*address);
  const auto& voided = reader.voided;
  CHECK(voided.are_all_in(
      reader.rows.at(voided.places, SIZE_MAX, true, Deadline::max()).value().rows));
  CHECK(reader.known(voided.places) == 400);
  CHECK(voided.are_all_in(
      reader.rows.at(voided.places, SIZE_MAX, true, Deadline::max()).value().rows));
}

TEST_CASE("what is stored in ClickHouse is in memory, and what was only walked over is not") {
  const auto address = test_server();
  if (!address) return;
  Reader reader(*address);
  auto& [voided, backdoor, memory, texts, rows] = reader;
  // So full that the background has room for a hundred of the newest rows at most.
  std::minstd_rand random(1);
  std::vector<TextCache::Text> others;
  for (int i = 0; i < 1'000; ++i) {
    std::string noise(1'500, ' ');
    for (char& c : noise) c = static_cast<char>(random() >> 8);
    others.push_back(IndexTexts(memory, "another").text({{}, Uuid::random()}, noise, 0));
  }
  memory.keep(std::move(others));
  memory.flush();
  const auto oldest = std::span(voided.places).first(100);
  CHECK(rows.at(oldest, SIZE_MAX, false, Deadline::max())->rows.size() == 100);
  CHECK(reader.known(oldest) == 0);
  std::vector<AppendOutcome> outcomes(voided.rows.size(), AppendOutcome::known);
  outcomes[3] = AppendOutcome::stored;
  rows.keep(voided.rows, outcomes);
  CHECK(reader.known(oldest) == 1);
  CHECK(rows.at(oldest, SIZE_MAX, true, Deadline::max())->rows.size() == 100);
  CHECK(reader.known(oldest) == 100);
}

TEST_CASE("rows of ClickHouse are read up to so many bytes, but one at least") {
  const auto address = test_server();
  if (!address) return;
  Reader reader(*address);
  const auto& places = reader.voided.places;
  const auto one_text = reader.voided.rows.front().json.size();
  for (const bool from_memory : {false, true}) {
    CAPTURE(from_memory);
    for (const std::size_t texts : {1, 7, 399}) {
      const auto read = reader.rows.at(places, texts * one_text, false, Deadline::max()).value();
      CHECK(read.positions == texts);
      CHECK(read.rows.size() == texts);
    }
    CHECK(reader.rows.at(places, 1, false, Deadline::max())->positions == 1);
    CHECK(reader.rows.at(places, SIZE_MAX, true, Deadline::max())->positions == 400);
    CHECK(reader.known(places) == 400);
  }
}

TEST_CASE("terms are sent to ClickHouse in the order of their table") {
  std::vector<Row> rows;
  for (int i = 0; i < 20; ++i)
    rows.push_back(contract::row_of({.agent = "agent" + std::to_string(i % 3)}));
  std::vector<std::vector<TermHash>> hashes;
  for (Row& row : rows) {
    row.stored = Time{std::chrono::microseconds{static_cast<int>(100 - hashes.size())}};
    auto& its = hashes.emplace_back();
    for (const auto& term : row.terms) its.push_back(hash_of(term));
  }
  std::vector<NewRow> fresh;
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    fresh.push_back({&rows[i], &hashes[i], false});
    count += hashes[i].size();
  }
  const TableRows body = terms_body(fresh);
  REQUIRE(body.rows == count);
  std::vector<std::tuple<TermHash, std::int64_t, Uuid>> sent;
  RowReader reader(body.bytes.bytes());
  while (reader.more()) {
    const auto hash = reader.fixed();
    const auto stored = reader.i64();
    sent.emplace_back(hash, stored, reader.id());
    reader.i64();
  }
  REQUIRE(reader.ok());
  CHECK(sent.size() == count);
  CHECK(std::is_sorted(sent.begin(), sent.end()));
}

}  // namespace lectern::store::clickhouse
