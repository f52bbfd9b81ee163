#include "store/clickhouse/read/lookup_batcher.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

std::vector<FoundRow> all_of(std::span<const Uuid> ids) {
  std::vector<FoundRow> found;
  for (const Uuid& id : ids) {
    auto& row = found.emplace_back().row;
    row.position.id = id;
    row.json = id.text();
  }
  return found;
}

}  // namespace

TEST_CASE("lookups that meet share a query, and each gets its own answer") {
  std::atomic<int> queries{0};
  LookupBatcher<Uuid, FoundRow> shared(
      [&](std::span<const Uuid> ids, Deadline) -> Result<std::vector<FoundRow>> {
        ++queries;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});  // as a server takes
        return all_of(ids);
      },
      32, 64);
  std::atomic<int> right{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 40; ++i) {
    callers.emplace_back([&] {
      const std::vector<Uuid> ids{Uuid::random(), Uuid::random()};
      const auto found = shared.find(ids, Deadline::max());
      if (found && found->size() == 2 && (*found)[0].row.json == ids[0].text() &&
          (*found)[1].row.json == ids[1].text())
        ++right;
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(right == 40);
  CHECK(queries < 20);
}

TEST_CASE("a failed lookup fails for all who shared it, and for nobody later") {
  std::atomic<bool> works{false};
  LookupBatcher<Uuid, FoundRow> shared(
      [&](std::span<const Uuid> ids, Deadline) -> Result<std::vector<FoundRow>> {
        if (!works) return fail(Code::unavailable, "away");
        return all_of(ids);
      },
      32, 64);
  const Uuid id = Uuid::random();
  CHECK(!shared.find(std::span(&id, 1), Deadline::max()).has_value());
  works = true;
  CHECK(shared.find(std::span(&id, 1), Deadline::max()).has_value());
}

TEST_CASE("a lookup that waits for others is over at its own deadline") {
  std::atomic<bool> go_on{false};
  std::atomic<int> under_way{0};
  LookupBatcher<Uuid, FoundRow> shared(
      [&](std::span<const Uuid> ids, Deadline) -> Result<std::vector<FoundRow>> {
        ++under_way;
        while (!go_on) std::this_thread::yield();
        return all_of(ids);
      },
      32, 64);
  const Uuid id = Uuid::random();
  std::thread slow(
      [&] { static_cast<void>(shared.find(std::span(&id, 1), Deadline::max()).has_value()); });
  while (under_way < 1) std::this_thread::yield();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{30};
  const auto late = shared.find(std::span(&id, 1), deadline);
  go_on = true;
  slow.join();
  REQUIRE(!late);
  CHECK(late.error().code == Code::unavailable);
}

}  // namespace lectern::store::clickhouse
