#include <thread>

#include <doctest/doctest.h>

#include "store/mongo/fixture.h"
#include "store/testing/contract/contract.h"
#include "store/testing/sample.h"

namespace lectern::store::mongo {

using std::chrono::steady_clock;

TEST_CASE("two processes may serve one MongoDB database") {
  const auto server = test_server();
  if (!server) return;
  contract::check_two_processes([&] {
    const auto database = std::make_shared<TestDatabase>(*server);
    return contract::SharedStore{database, "", [database] { return database->open().statements; }};
  });
}

TEST_CASE("a process that died is waited for no longer than its last insert can take") {
  const auto server = test_server();
  if (!server) return;
  TestDatabase database(*server);
  const auto stores = database.open();
  std::vector rows{contract::row_of({})};
  REQUIRE(stores.statements->append({}, rows, OnConflict::skip).has_value());
  // Its document says that it writes, and never changes again.
  auto pool = Pool::open({test_uri(*server), 1, 5'000});
  auto client = (*pool)->lease(Deadline::max());
  Bson dead;
  dead.uuid("_id", Uuid::random())
      .integer("beat", 7)
      .integer("floor", now().time_since_epoch().count())
      .integer("ceiling", now().time_since_epoch().count());
  REQUIRE(client->insert(database.name, "lectern.writers", {&dead, 1}).has_value());
  const auto asked = now();
  const auto began = steady_clock::now();
  for (;;) {
    const auto through = stores.statements->consistent_through({});
    REQUIRE(through.has_value());
    if (*through > asked + std::chrono::seconds(2)) break;
    REQUIRE(steady_clock::now() - began < std::chrono::seconds(30));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(steady_clock::now() - began > std::chrono::seconds(13));
}

}  // namespace lectern::store::mongo
