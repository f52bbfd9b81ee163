#include "store/common/page_merge.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::store {
namespace {

Page page_of(std::initializer_list<int> instants, bool more = false) {
  Page page;
  for (const int instant : instants)
    page.rows.push_back({{Time(std::chrono::microseconds(instant)), {}}, "{}", false});
  page.more = more;
  return page;
}

std::vector<int> instants(const Page& page) {
  std::vector<int> all;
  for (const auto& row : page.rows)
    all.push_back(static_cast<int>(row.position.stored.time_since_epoch().count()));
  return all;
}

TEST_CASE("two pages make one, in order and each row once") {
  const PageRequest up{{}, 10, true}, down{{}, 10, false};
  CHECK(instants(merged(page_of({1, 3, 5}), page_of({2, 3, 9}), up)) == std::vector{1, 2, 3, 5, 9});
  CHECK(instants(merged(page_of({9, 3}), page_of({5, 3, 1}), down)) == std::vector{9, 5, 3, 1});
  CHECK(instants(merged(page_of({}), page_of({2}), up)) == std::vector{2});
  CHECK_FALSE(merged(page_of({1}), page_of({}), up).more);
}

TEST_CASE("the page ends where the first ends that has more, so that none is left out") {
  const auto both = merged(page_of({1, 3}, true), page_of({2, 8}), {{}, 10, true});
  CHECK(instants(both) == std::vector{1, 2, 3});
  CHECK(both.more);
  const auto down = merged(page_of({9, 2}, true), page_of({8, 5}, true), {{}, 10, false});
  CHECK(instants(down) == std::vector{9, 8, 5});
  CHECK(down.more);
}

TEST_CASE("a merged page has no more rows than asked for") {
  const auto both = merged(page_of({1, 3}), page_of({2, 4}), {{}, 3, true});
  CHECK(instants(both) == std::vector{1, 2, 3});
  CHECK(both.more);
}

}  // namespace
}  // namespace lectern::store
