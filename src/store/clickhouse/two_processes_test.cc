#include <atomic>
#include <thread>

#include "store/clickhouse/fixture.h"
#include "store/testing/contract/walk.h"

namespace lectern::store::clickhouse {

TEST_CASE("two processes may serve one ClickHouse table") {
  const auto server = test_server();
  if (!server) return;
  contract::check_two_processes([&] {
    return contract::SharedStore{nullptr, fresh_table(),
                                 [address = *server] { return open_at(address).statements; }};
  });
}

TEST_CASE("whoever loses a race for an id leaves nothing in Ralph's table") {
  const auto server = test_server();
  if (!server) return;
  const auto table = fresh_table();
  const std::array stores{open_at(*server).statements, open_at(*server).statements};
  for (int round = 0; round < 15; ++round) {
    const Uuid id = Uuid::random();
    std::array<std::atomic<int>, 4> counts{};
    std::vector<std::thread> racers;
    for (std::size_t i = 0; i < 4; ++i) {
      racers.emplace_back([&, i] {
        std::vector<Row> rows{contract::row_of({.id = id, .note = std::to_string(i)})};
        const auto outcomes = stores[i % 2]->append({table}, rows, OnConflict::refuse_batch);
        REQUIRE(outcomes.has_value());
        ++counts[static_cast<std::size_t>(outcomes->front())];
      });
    }
    for (auto& racer : racers) racer.join();
    CHECK(counts[static_cast<std::size_t>(AppendOutcome::stored)] == 1);
    CHECK(counts[static_cast<std::size_t>(AppendOutcome::conflict)] == 3);
  }
  Backdoor backdoor(*server);
  CHECK(backdoor.number("SELECT count() FROM lectern_test." + table) == 15);
}

}  // namespace lectern::store::clickhouse
