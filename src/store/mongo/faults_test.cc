#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "store/mongo/faulty_proxy.h"
#include "store/mongo/mongo_fixture.h"
#include "store/sample.h"

namespace lectern::store::mongo {
namespace {

using Clock = std::chrono::steady_clock;
using Mode = FaultyProxy::Mode;
using std::chrono::seconds;

/// A store behind a proxy, with time-outs short enough for a test.
struct Behind {
  TestDatabase database;
  FaultyProxy proxy;
  Stores stores;

  explicit Behind(const std::string& server, Mode at_start = Mode::pass)
      : database(server), proxy(server) {
    proxy.set(at_start);
    auto settings = database.settings();
    settings.values["CONNECTION_URI"] =
        "mongodb://" + proxy.address() +
        "/?directConnection=true&serverSelectionTimeoutMS=1000&connectTimeoutMS=1000";
    settings.timeout_ms = 1'000;
    auto opened = open_mongo(settings);
    REQUIRE(opened.has_value());
    stores = std::move(*opened);
  }

  Result<std::vector<Verdict>> append(std::vector<Row> rows) {
    return stores.statements->append({}, rows, OnConflict::refuse_batch);
  }
  /// Tries until it works; fails the test when it takes too long.
  void append_in_the_end(const Row& row) {
    const auto give_up = Clock::now() + seconds(20);
    for (;;) {
      const auto verdicts = append({row});
      if (verdicts) {
        CHECK((verdicts->front() == Verdict::stored || verdicts->front() == Verdict::known));
        return;
      }
      CHECK(verdicts.error().code == Code::unavailable);
      REQUIRE_MESSAGE(Clock::now() < give_up, "the store did not recover");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  std::size_t count_found(const Uuid& id) {
    const auto found = stores.statements->find({}, std::vector{id});
    REQUIRE(found.has_value());
    return found->size();
  }
};

void check_unavailable(Behind& behind) {
  const auto began = Clock::now();
  const auto verdicts = behind.append({contract::row_of({})});
  REQUIRE(!verdicts.has_value());
  CHECK(verdicts.error().code == Code::unavailable);
  const auto found = behind.stores.statements->find({}, std::vector{Uuid::random()});
  REQUIRE(!found.has_value());
  CHECK(found.error().code == Code::unavailable);
  CHECK(behind.stores.statements->health() == Health::away);
  CHECK(Clock::now() - began < seconds(10));
}

}  // namespace

TEST_CASE("a MongoDB that is down at the start is away, and used as soon as it is there") {
  const auto server = test_server();
  if (!server) return;
  Behind behind(*server, Mode::down);
  check_unavailable(behind);
  behind.proxy.set(Mode::pass);
  behind.append_in_the_end(contract::row_of({}));
  CHECK(behind.stores.statements->health() == Health::ok);
}

TEST_CASE("a MongoDB that fails in the middle is unavailable, and used again when it recovers") {
  const auto server = test_server();
  if (!server) return;
  for (const Mode mode : {Mode::down, Mode::stall, Mode::cut, Mode::babble}) {
    CAPTURE(static_cast<int>(mode));
    Behind behind(*server);
    const auto before = contract::row_of({});
    behind.append_in_the_end(before);
    behind.proxy.set(mode);
    check_unavailable(behind);
    behind.proxy.set(Mode::pass);
    behind.append_in_the_end(contract::row_of({}));
    CHECK(behind.count_found(before.id) == 1);
    CHECK(behind.stores.statements->health() == Health::ok);
  }
}

TEST_CASE("a batch whose answer was lost is stored once when it is sent again") {
  const auto server = test_server();
  if (!server) return;
  Behind behind(*server);
  const contract::Sample target{.note = "target"};
  const contract::Sample voiding{.refers_to = target.id, .voids = true};
  behind.append_in_the_end(contract::row_of(target));
  behind.proxy.set(Mode::stall);
  CHECK(behind.append({contract::row_of(voiding)}).error().code == Code::unavailable);
  behind.proxy.set(Mode::pass);
  behind.append_in_the_end(contract::row_of(voiding));
  CHECK(behind.count_found(voiding.id) == 1);
  const auto found = behind.stores.statements->find({}, std::vector{target.id});
  REQUIRE(found.has_value());
  CHECK(found->front().voided);
}

TEST_CASE("a deadline that has passed is unavailable at once") {
  const auto server = test_server();
  if (!server) return;
  Behind behind(*server);
  const Context late{"", Clock::now() - seconds(1)};
  CHECK(behind.stores.statements->find(late, std::vector{Uuid::random()}).error().code ==
        Code::unavailable);
  std::vector rows{contract::row_of({})};
  CHECK(behind.stores.statements->append(late, rows, OnConflict::skip).error().code ==
        Code::unavailable);
}

}  // namespace lectern::store::mongo
