#include "store/clickhouse/client/key_list.h"

#include "store/clickhouse/fixture.h"

namespace lectern::store::clickhouse {
namespace {

std::vector<xapi::Position> some_places(std::size_t count) {
  std::vector<xapi::Position> places;
  for (std::size_t i = 0; i < count; ++i)
    places.push_back({time_of(static_cast<std::int64_t>(i)), Uuid::random()});
  return places;
}

}  // namespace

TEST_CASE("few keys are written into a query, and many travel beside it") {
  const auto places = some_places(9);
  const std::span<const xapi::Position> all(places);
  const KeyList few(all.first(2)), many(all);
  CHECK(few.ids() == "(" + literal(places[0].id) + "," + literal(places[1].id) + ")");
  CHECK(few.places() == "((0," + literal(places[0].id) + "),(1," + literal(places[1].id) + "))");
  CHECK(many.ids() == "(SELECT id FROM keys)");
  CHECK(many.places() == "(SELECT stored, id FROM keys)");
}

TEST_CASE("ClickHouse finds by keys what it holds, however many are asked for") {
  const auto server = test_server();
  if (!server) return;
  Backdoor backdoor(*server);
  const auto table = "lectern_test." + fresh_table();
  backdoor.run("CREATE TABLE " + table +
               " (stored Int64, id FixedString(16)) ENGINE = MergeTree ORDER BY (stored, id)");
  const auto there = some_places(400);
  RowWriter rows;
  for (const auto& place : there) {
    rows.i64(micros_of(place.stored));
    rows.fixed(place.id);
  }
  REQUIRE(backdoor.server()
              .insert({.table = table,
                       .columns = "stored Int64, id FixedString(16)",
                       .rows = there.size(),
                       .body = rows.bytes()},
                      Deadline::max())
              .has_value());
  for (const std::size_t count : {1, 8, 9, 400}) {
    CAPTURE(count);
    auto asked = some_places(count);  // none of them is there
    asked.back() = there[count - 1];
    std::vector<Uuid> ids;
    for (const auto& place : asked) ids.push_back(place.id);
    const KeyList by_place(asked), by_id{std::span<const Uuid>(ids)};
    const auto found = [&](const KeyList& keys, const std::string& condition) {
      const auto answer = keys.select(
          backdoor.server(), "SELECT id FROM " + table + " WHERE " + condition, Deadline::max());
      REQUIRE_MESSAGE(answer.has_value(), answer.error().detail);
      RowReader reader(*answer);
      const auto id = reader.id();
      CHECK(!reader.more());
      return id;
    };
    CHECK(found(by_place, "(stored, id) IN " + by_place.places()) == asked.back().id);
    CHECK(found(by_place, "id IN " + by_place.ids()) == asked.back().id);
    CHECK(found(by_id, "id IN " + by_id.ids()) == asked.back().id);
  }
  backdoor.run("DROP TABLE " + table);
}

}  // namespace lectern::store::clickhouse
