#include "store/clickhouse/read/posting_intersection.h"

#include <algorithm>
#include <random>
#include <set>

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

xapi::Position at(int number) { return {Time{std::chrono::microseconds{number}}, {}}; }

NewestPostings list_of(std::vector<int> numbers, bool all) {
  NewestPostings list;
  for (const int number : numbers) list.places.push_back({at(number), number});
  list.all = all;
  return list;
}

std::vector<int> numbers_of(const PostingIntersection& common) {
  std::vector<int> numbers;
  for (const auto& place : common.places) numbers.push_back(static_cast<int>(place.verb));
  return numbers;
}

bool any(const TermPosting&) { return true; }

}  // namespace

TEST_CASE("places that all lists hold are common, and complete lists tell that there are no more") {
  const std::vector lists{list_of({9, 7, 5, 3, 1}, true), list_of({8, 7, 3}, true)};
  const auto common = intersect(lists, any, 10, 10);
  CHECK(common.rarest == 1);
  CHECK(numbers_of(common) == std::vector{7, 3});
  CHECK(common.unsure.empty());
  CHECK(common.all);
}

TEST_CASE("a place that a list does not reach back to is unsure") {
  const std::vector lists{list_of({9, 7, 5}, false), list_of({8, 7, 3}, true)};
  const auto common = intersect(lists, any, 10, 10);
  CHECK(numbers_of(common) == std::vector{7, 3});
  CHECK(common.unsure == std::vector{at(3)});
  CHECK(common.all);
}

TEST_CASE("of one list its places are common, each once, and none is unsure") {
  const std::vector lists{list_of({9, 9, 7, 5}, false)};
  const auto common = intersect(lists, any, 10, 0);
  CHECK(numbers_of(common) == std::vector{9, 7, 5});
  CHECK(common.reached == at(5));
  CHECK_FALSE(common.all);
}

TEST_CASE("what is enough is told with the last place that was looked at") {
  const std::vector lists{list_of({9, 7, 5, 3}, true)};
  const auto two = intersect(lists, any, 2, 0);
  CHECK(numbers_of(two) == std::vector{9, 7});
  CHECK(two.reached == at(7));
  CHECK_FALSE(two.all);
  const auto four = intersect(lists, any, 4, 0);
  CHECK(four.all);
  const auto odd = intersect(
      lists, [](const TermPosting& place) { return place.verb < 6; }, 1, 0);
  CHECK(numbers_of(odd) == std::vector{5});
}

TEST_CASE("empty lists have nothing in common") {
  const std::vector lists{list_of({}, true), list_of({9, 7}, false)};
  const auto common = intersect(lists, any, 10, 10);
  CHECK(common.places.empty());
  CHECK(common.all);
  CHECK_FALSE(common.reached);
}

TEST_CASE("whatever the lists, going on behind what was reached finds each common place once") {
  std::minstd_rand random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::vector<int>> whole(1 + random() % 3);
    for (auto& numbers : whole)
      for (int i = 60; i > 0; --i)
        if (random() % 3 != 0) numbers.push_back(i);
    std::vector<NewestPostings> lists;
    for (const auto& numbers : whole) {
      const std::size_t shown = std::min<std::size_t>(numbers.size(), random() % 70);
      lists.push_back(list_of({numbers.begin(), numbers.begin() + static_cast<long>(shown)},
                              shown == numbers.size()));
    }
    const auto carries = [&](int number) {
      return std::all_of(whole.begin(), whole.end(), [&](const auto& numbers) {
        return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
      });
    };
    const auto common = intersect(lists, any, random() % 40, random() % 20);
    std::set<int> found;
    for (const int number : numbers_of(common)) {
      const bool unsure =
          std::find(common.unsure.begin(), common.unsure.end(), at(number)) != common.unsure.end();
      if (!unsure) REQUIRE(carries(number));
      found.insert(number);
    }
    for (int number = 60; number > 0; --number) {
      const bool looked_at = common.all || (common.reached && at(number) >= *common.reached);
      if (looked_at && carries(number)) REQUIRE(found.contains(number));
    }
  }
}

}  // namespace lectern::store::clickhouse
