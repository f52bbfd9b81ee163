#include "store/clickhouse/read/page_single_flight.h"

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

/// Pages that take until they are told to be done.
class Slow {
 public:
  Result<Page> operator()() {
    ++begun;
    while (!done) std::this_thread::yield();
    if (fails) return fail(Code::unavailable, "away");
    return Page{{{{Time{}, Uuid::random()}, "text", false}}, true};
  }

  std::atomic<int> begun{0};
  std::atomic<bool> done{false}, fails{false};
};

const Filter settled{{xapi::verb_term("a")}, {}, Time{}};

}  // namespace

TEST_CASE("who asks for a page that is being read gets that page") {
  PageSingleFlight shared;
  Slow slow;
  std::atomic<int> right{0}, asked{0};
  const auto ask = [&](const Filter& filter, const PageRequest& request, std::uint64_t version) {
    ++asked;
    const auto page =
        shared.read(filter, request, version, Deadline::max(), [&] { return slow(); });
    if (page && page->more && page->rows.size() == 1 && page->rows[0].json == "text") ++right;
  };
  std::vector<std::thread> callers;
  callers.emplace_back([&] { ask(settled, {}, 1); });
  while (slow.begun < 1) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) callers.emplace_back([&] { ask(settled, {}, 1); });
  // None of these is the same page.
  callers.emplace_back([&] { ask(settled, {}, 2); });
  callers.emplace_back([&] { ask(settled, {{}, 100, true}, 1); });
  callers.emplace_back([&] { ask(settled, {{}, 50, false}, 1); });
  callers.emplace_back([&] { ask({{xapi::verb_term("b")}, {}, Time{}}, {}, 1); });
  callers.emplace_back([&] { ask({{xapi::verb_term("a")}, Time{}, Time{}}, {}, 1); });
  callers.emplace_back([&] { ask(settled, {xapi::Position{}, 100, false}, 1); });
  callers.emplace_back([&] { ask({{xapi::verb_term("a")}, {}, {}}, {}, 1); });
  while (slow.begun < 8 || asked < 13) std::this_thread::yield();
  slow.done = true;
  for (auto& caller : callers) caller.join();
  CHECK(right == 13);
  CHECK(slow.begun < 13);
}

TEST_CASE("a page that could not be read is read again by those who waited for it") {
  PageSingleFlight shared;
  Slow first, second;
  first.fails = true;
  second.done = true;
  std::thread failing([&] {
    CHECK(!shared.read(settled, {}, 1, Deadline::max(), [&] { return first(); }).has_value());
  });
  while (first.begun < 1) std::this_thread::yield();
  std::thread waiting([&] {
    CHECK(shared.read(settled, {}, 1, Deadline::max(), [&] { return second(); }).has_value());
  });
  first.done = true;
  failing.join();
  waiting.join();
  CHECK(second.begun == 1);
}

TEST_CASE("who waits for a page of another is over at its own deadline") {
  PageSingleFlight shared;
  Slow slow;
  std::thread reading(
      [&] { CHECK(shared.read(settled, {}, 1, Deadline::max(), [&] { return slow(); })); });
  while (slow.begun < 1) std::this_thread::yield();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{20};
  const auto late = shared.read(settled, {}, 1, deadline, [&] { return slow(); });
  slow.done = true;
  reading.join();
  REQUIRE(!late);
  CHECK(late.error().code == Code::unavailable);
}

}  // namespace lectern::store::clickhouse
