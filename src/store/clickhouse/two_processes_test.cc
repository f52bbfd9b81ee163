#include <atomic>
#include <set>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/contract_walk.h"

// Two stores on one table stand for two processes: they share nothing but the server.
namespace lectern::store::clickhouse {
namespace {

struct Pair {
  explicit Pair(const std::string& address)
      : one(open_at(address).statements), two(open_at(address).statements), table(fresh_table()) {}
  StatementStore& of(int i) { return i % 2 == 0 ? *one : *two; }
  std::unique_ptr<StatementStore> one, two;
  std::string table;
};

/// All ids, page by page, oldest first, up to the instant.
std::vector<Uuid> walk_until(StatementStore& store, const std::string& table, Time until) {
  std::vector<Uuid> ids;
  PageRequest request{{}, 100, true};
  for (bool more = true; more;) {
    const auto page = store.query({table}, {{}, {}, until}, request);
    REQUIRE_MESSAGE(page.has_value(), page.error().detail);
    for (const auto& row : page->rows) ids.push_back(row.position.id);
    more = page->more;
    if (more) request.after = page->rows.back().position;
  }
  return ids;
}

}  // namespace

TEST_CASE("of two processes that race for one id one wins, and both give back the same for ever") {
  const auto server = test_server();
  if (!server) return;
  Pair pair(*server);
  contract::append_new(*pair.one, pair.table, {contract::Sample{}});
  contract::append_new(*pair.two, pair.table, {contract::Sample{}});
  for (int round = 0; round < 15; ++round) {
    const Uuid id = Uuid::random();
    std::array<std::atomic<int>, 4> counts{};
    std::atomic<int> failed{0};
    std::vector<std::thread> racers;
    for (int i = 0; i < 4; ++i) {
      racers.emplace_back([&, i] {
        std::vector<Row> rows{contract::row_of({.id = id, .note = std::to_string(i)})};
        const auto verdicts = pair.of(i).append({pair.table}, rows, OnConflict::refuse_batch);
        if (verdicts) {
          ++counts[static_cast<std::size_t>(verdicts->front())];
        } else {
          ++failed;
        }
      });
    }
    for (auto& racer : racers) racer.join();
    CHECK(failed == 0);
    CHECK(counts[static_cast<std::size_t>(Verdict::stored)] == 1);
    CHECK(counts[static_cast<std::size_t>(Verdict::conflict)] == 3);
    CHECK(contract::found(*pair.one, pair.table, id).json ==
          contract::found(*pair.two, pair.table, id).json);
  }
  const auto page = pair.one->query({pair.table}, {}, {});
  REQUIRE(page.has_value());
  CHECK(page->rows.size() == 17);
  Backdoor backdoor(*server);
  CHECK(backdoor.number("SELECT count() FROM lectern_test." + pair.table) == 17);
}

TEST_CASE("two processes lose nothing, and what was consistent once stays as it was") {
  const auto server = test_server();
  if (!server) return;
  Pair pair(*server);
  std::mutex mutex;
  std::set<Uuid> stored;
  std::atomic<int> running{4};
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      for (int batch = 0; batch < 15; ++batch) {
        std::vector<Row> rows;
        for (int j = 0; j < 7; ++j) rows.push_back(contract::row_of({}));
        if (pair.of(i).append({pair.table}, rows, OnConflict::refuse_batch)) {
          const std::lock_guard lock(mutex);
          for (const Row& row : rows) stored.insert(row.id);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{i * 15});
      }
      --running;
    });
  }
  // Walks up to instants that were said to be complete, taken while writing goes on.
  std::vector<std::pair<Time, std::vector<Uuid>>> walks;
  for (int i = 0; running > 0; ++i) {
    const auto through = pair.of(i).consistent_through({pair.table});
    REQUIRE_MESSAGE(through.has_value(), through.error().detail);
    walks.emplace_back(*through, walk_until(pair.of(i + 1), pair.table, *through));
  }
  for (auto& writer : writers) writer.join();
  CHECK(stored.size() == 4 * 15 * 7);
  CHECK(walks.size() > 3);
  for (const auto& [through, ids] : walks) CHECK(walk_until(*pair.one, pair.table, through) == ids);
  const auto all = walk_until(*pair.two, pair.table, Time::max());
  CHECK(all.size() == stored.size());
  CHECK(std::set<Uuid>(all.begin(), all.end()) == stored);
}

TEST_CASE("consistent_through catches up with what another process has stored") {
  const auto server = test_server();
  if (!server) return;
  Pair pair(*server);
  contract::append_new(*pair.one, pair.table, {contract::Sample{}});
  const auto row = contract::append_new(*pair.two, pair.table, {contract::Sample{}}).front();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  Time through;
  while (through < row.stored && std::chrono::steady_clock::now() < give_up)
    through = pair.one->consistent_through({pair.table}).value();
  CHECK(through >= row.stored);
}

TEST_CASE("a reference is resolved when its two ends come through two processes at once") {
  const auto server = test_server();
  if (!server) return;
  Pair pair(*server);
  for (int round = 0; round < 8; ++round) {
    const contract::Sample target{.agent = "ada"};
    const contract::Sample voiding{.agent = "eve", .refers_to = target.id, .voids = true};
    std::thread other([&] { contract::append_new(*pair.two, pair.table, {voiding}); });
    contract::append_new(*pair.one, pair.table, {target});
    other.join();
    CHECK(contract::found(*pair.one, pair.table, target.id).voided);
  }
  const auto page = pair.one->query({pair.table}, {{contract::agent("ada")}, {}, {}}, {});
  REQUIRE(page.has_value());
  CHECK(page->rows.size() == 8);  // the voiding ones, which have taken over ada
}

}  // namespace lectern::store::clickhouse
