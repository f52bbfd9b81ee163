#include "pipeline/in_order.h"

#include <algorithm>
#include <atomic>

#include <doctest/doctest.h>

namespace {

using lectern::pipeline::InOrder;

/// Numbers from 0 to 999.
auto counting(int& next) {
  return [&next]() { return next < 1000 ? std::optional<int>(next++) : std::nullopt; };
}

}  // namespace

TEST_CASE("results come in the order of the pieces, whichever thread was quicker") {
  int next = 0;
  std::vector<int> taken;
  InOrder<int, int>::run(
      {4, 10}, counting(next), [](int) { return std::size_t{1}; },
      [](int piece) {
        if (piece % 7 == 0) std::this_thread::yield();
        return piece * 2;
      },
      [&](int made) {
        taken.push_back(made);
        return true;
      });
  REQUIRE(taken.size() == 1000);
  for (int i = 0; i < 1000; ++i) CHECK(taken[static_cast<std::size_t>(i)] == i * 2);
}

TEST_CASE("no more pieces are under way than their weight allows, and one") {
  int next = 0;
  std::atomic<int> under_way = 0;
  int most = 0;
  InOrder<int, int>::run(
      {4, 10},
      [&]() {
        most = std::max(most, under_way.load());
        ++under_way;
        return counting(next)();
      },
      [](int) { return std::size_t{5}; }, [](int piece) { return piece; },
      [&](int) {
        --under_way;
        return true;
      });
  CHECK(most <= 3);
}

TEST_CASE("who takes may end it, and what is behind is thrown away") {
  int next = 0;
  int taken = 0;
  InOrder<int, int>::run(
      {2, 4}, counting(next), [](int) { return std::size_t{1}; }, [](int piece) { return piece; },
      [&](int made) {
        ++taken;
        return made < 5;
      });
  CHECK(taken == 6);
  CHECK(next < 20);
}
