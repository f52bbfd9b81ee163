#include "store/clickhouse/write/insert_batcher.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A batcher whose flushes write nothing and take `flush_takes`.
class Batches {
 public:
  explicit Batches(std::chrono::milliseconds flush_takes)
      : batcher_(
            [this, flush_takes](const AppendRequests& requests) {
              ++flushes;
              std::this_thread::sleep_for(flush_takes);
              for (const auto& request : requests) request->finish({{AppendOutcome::stored}});
              return AppendRequests{};
            },
            [](bool) { return InsertBatcher::idle_first; }) {}

  /// Appends one row, and comes back once it is answered.
  void put() {
    Row row;
    row.id = Uuid::random();
    const auto request = std::make_shared<AppendRequest>(
        std::vector<Row>{row}, OnConflict::refuse_batch, Clock::now() + 30s);
    REQUIRE(batcher_.add(request).has_value());
    CHECK(request->wait().has_value());
  }

  std::atomic<int> flushes{0};

 private:
  InsertBatcher batcher_;
};

std::chrono::milliseconds time_of(const std::function<void()>& work) {
  const auto begun = Clock::now();
  work();
  return std::chrono::floor<std::chrono::milliseconds>(Clock::now() - begun);
}

}  // namespace

TEST_CASE("who is alone waits for nobody") {
  Batches batches(5ms);
  // With the 50 ms that many wait for those who stay away it would be 2 s.
  CHECK(time_of([&] {
          for (int i = 0; i < 40; ++i) batches.put();
        }) < 1'500ms);
  CHECK(batches.flushes == 40);
}

TEST_CASE("no more than a hundred flushes begin in a second") {
  Batches batches(0ms);
  CHECK(time_of([&] {
          for (int i = 0; i < 40; ++i) batches.put();
        }) >= 39 * 10ms);
}

TEST_CASE("who is answered together comes back together") {
  Batches batches(5ms);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) batches.put();
    });
  for (auto& caller : callers) caller.join();
  CHECK(batches.flushes < 40);  // 20 and a few
}

TEST_CASE("who stays away is not waited for longer than 50 ms") {
  Batches batches(5ms);
  std::thread other([&] { batches.put(); });
  batches.put();
  other.join();
  CHECK(time_of([&] { batches.put(); }) < 1s);
}

}  // namespace lectern::store::clickhouse
