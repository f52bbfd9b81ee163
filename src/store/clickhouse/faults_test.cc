#include <thread>

#include "store/clickhouse/faulty_proxy.h"
#include "store/clickhouse/fixture.h"
#include "store/contract_walk.h"

// What the store does when the server, or the way to it, fails.
namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using Mode = FaultyProxy::Mode;

/// A store that reaches its server through a proxy.
struct Line {
  explicit Line(const std::string& address, Mode mode = Mode::pass)
      : server(address), proxy(address), table(fresh_table()) {
    proxy.set(mode);
    store = open_at(proxy.address()).statements;
  }

  Result<std::vector<Verdict>> append(const contract::Sample& sample,
                                      std::chrono::milliseconds patience) {
    std::vector<Row> rows{contract::row_of(sample)};
    return store->append({table, Clock::now() + patience}, rows, OnConflict::refuse_batch);
  }

  /// How many statements another process sees, which reaches the server directly.
  std::size_t seen_by_others() {
    const auto other = open_at(server).statements;
    const auto page = other->query({table}, {}, {});
    REQUIRE(page.has_value());
    return page->rows.size();
  }

  std::string server;
  FaultyProxy proxy;
  std::string table;
  std::unique_ptr<StatementStore> store;
};

void check_unavailable(const Result<std::vector<Verdict>>& result) {
  REQUIRE(!result);
  CHECK(result.error().code == Code::unavailable);
}

}  // namespace

TEST_CASE("ClickHouse may be down when the store opens, and is used as soon as it is up") {
  const auto server = test_server();
  if (!server) return;
  Line line(*server, Mode::down);
  CHECK(line.store->health() == Health::away);
  check_unavailable(line.append({}, std::chrono::seconds{5}));
  line.proxy.set(Mode::pass);
  CHECK(line.store->health() == Health::ok);
  CHECK(line.append({}, std::chrono::seconds{10}).has_value());
  CHECK(line.seen_by_others() == 1);
}

TEST_CASE("when ClickHouse goes away in the middle nothing is acknowledged, and it recovers") {
  const auto server = test_server();
  if (!server) return;
  // The answer to each insert of a flush, one after the other, is the first that fails.
  for (const char* table :
       {"_lectern_writers", "_lectern_ids", "_lectern_terms", "event_id", "_lectern_rows"}) {
    CAPTURE(table);
    Line line(*server);
    REQUIRE(line.append({.note = "before"}, std::chrono::seconds{10}).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds{300});  // so that it tells again
    const contract::Sample sample{.note = "during"};
    line.proxy.set_when(std::string(table) + "%60", Mode::down);
    if (std::string(table) == "event_id") line.proxy.set_when("event_id%2C", Mode::down);
    check_unavailable(line.append(sample, std::chrono::seconds{12}));
    CHECK(line.seen_by_others() == 1);
    line.proxy.set(Mode::pass);
    // At the latest when the claim of the broken flush has aged.
    const auto again = line.append(sample, std::chrono::seconds{25});
    REQUIRE_MESSAGE(again.has_value(), again.error().detail);
    CHECK(line.seen_by_others() == 2);
    CHECK(contract::found(*line.store, line.table, sample.id).json.find("during") !=
          std::string::npos);
  }
}

TEST_CASE("an insert whose answer is lost is known when the client tries again") {
  const auto server = test_server();
  if (!server) return;
  Line line(*server);
  REQUIRE(line.append({.note = "before"}, std::chrono::seconds{10}).has_value());
  const contract::Sample sample{.note = "during"};
  line.proxy.set_when("_lectern_rows%60", Mode::lost_answers);
  check_unavailable(line.append(sample, std::chrono::seconds{12}));
  line.proxy.set(Mode::pass);
  const auto again = line.append(sample, std::chrono::seconds{25});
  REQUIRE_MESSAGE(again.has_value(), again.error().detail);
  CHECK(again->front() == Verdict::known);
  CHECK(line.seen_by_others() == 2);
}

TEST_CASE("a ClickHouse that does not answer costs a call no more than its deadline") {
  const auto server = test_server();
  if (!server) return;
  Line line(*server);
  const contract::Sample sample{};
  REQUIRE(line.append(sample, std::chrono::seconds{10}).has_value());
  line.proxy.set(Mode::silent);
  const auto begin = Clock::now();
  const Context context{line.table, begin + std::chrono::milliseconds{300}};
  check_unavailable(line.append({}, std::chrono::milliseconds{300}));
  const auto found = line.store->find(context, std::span(&sample.id, 1));
  REQUIRE(!found);
  CHECK(found.error().code == Code::unavailable);
  const auto page = line.store->query(context, {}, {});
  REQUIRE(!page);
  CHECK(page.error().code == Code::unavailable);
  CHECK(Clock::now() - begin < std::chrono::seconds{5});
}

TEST_CASE("an answer of somebody else is never taken for ClickHouse's") {
  const auto server = test_server();
  if (!server) return;
  Line line(*server);
  const contract::Sample sample{};
  REQUIRE(line.append(sample, std::chrono::seconds{10}).has_value());
  line.proxy.set(Mode::garbage);
  CHECK(line.store->health() == Health::away);
  check_unavailable(line.append({}, std::chrono::seconds{12}));
  CHECK(!line.store->find({line.table}, std::span(&sample.id, 1)).has_value());
  CHECK(!line.store->query({line.table}, {}, {}).has_value());
  CHECK(!line.store->consistent_through({line.table}).has_value());
  line.proxy.set(Mode::pass);
  CHECK(line.seen_by_others() == 1);
}

}  // namespace lectern::store::clickhouse
