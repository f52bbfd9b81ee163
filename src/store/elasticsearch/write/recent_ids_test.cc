#include "store/elasticsearch/write/recent_ids.h"

#include <doctest/doctest.h>

namespace lectern::store::elasticsearch {
namespace {

std::vector<Uuid> random_ids(std::size_t count) {
  std::vector<Uuid> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(Uuid::random());
  return ids;
}

}  // namespace

TEST_CASE("of some ids those are told that were brought lately") {
  RecentIds recent(100);
  const auto ids = random_ids(10);
  CHECK(recent.among(ids).empty());
  recent.add(std::span(ids).first(4));
  recent.add(std::span(ids).last(2));
  const std::vector<Uuid> brought{ids[0], ids[1], ids[2], ids[3], ids[8], ids[9]};
  CHECK(recent.among(ids) == brought);
}

TEST_CASE("the last ids are remembered for certain, and bounded numbers of older ones") {
  constexpr std::size_t ids_max = 1'000;
  RecentIds recent(ids_max);
  const auto ids = random_ids(10'000);
  for (std::size_t begin = 0; begin < ids.size(); begin += 25) {
    recent.add(std::span(ids).subspan(begin, 25));
    const auto so_far = std::span(ids).first(begin + 25);
    const auto last = so_far.last(std::min(ids_max, so_far.size()));
    REQUIRE(recent.among(last).size() == last.size());
    REQUIRE(recent.among(so_far).size() <= 2 * ids_max);
  }
}

TEST_CASE("an id that comes again and again takes no more room") {
  RecentIds recent(100);
  const auto ids = random_ids(100);
  for (int round = 0; round < 50; ++round) recent.add(ids);
  CHECK(recent.among(ids).size() == 100);
  const auto first = random_ids(1);
  recent.add(first);
  CHECK(recent.among(ids).size() == 100);
}

TEST_CASE("ids that differ in one half only are told apart") {
  RecentIds recent(1'000);
  std::vector<Uuid> even, odd;
  for (std::uint8_t i = 0; i < 200; ++i)
    for (const std::size_t byte : {0U, 7U, 8U, 15U}) {
      Uuid id{};
      id.bytes[byte] = static_cast<std::uint8_t>(i + 1);
      (i % 2 == 0 ? even : odd).push_back(id);
    }
  recent.add(even);
  CHECK(recent.among(even) == even);
  CHECK(recent.among(odd).empty());
}

}  // namespace lectern::store::elasticsearch
