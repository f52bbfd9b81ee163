#include "store/clickhouse/reservations/bloom_filter.h"

#include <doctest/doctest.h>

namespace lectern::store::clickhouse {
namespace {

std::vector<Uuid> random_ids(std::size_t count) {
  std::vector<Uuid> ids(count);
  for (auto& id : ids) id = Uuid::random();
  return ids;
}

std::size_t mistaken(const BloomFilter& filter, std::size_t count) {
  std::size_t mistaken = 0;
  for (const auto& id : random_ids(count)) mistaken += filter.may_hold(id) ? 1 : 0;
  return mistaken;
}

}  // namespace

TEST_CASE("an id filter never denies an id that was added, however far it grows") {
  BloomFilter filter(0, 16UL << 20);
  const auto ids = random_ids(1'000'000);
  for (const auto& id : ids) filter.add(id);
  for (const auto& id : ids) REQUIRE(filter.may_hold(id));
  CHECK(mistaken(filter, 100'000) < 60);
  CHECK(filter.bytes() <= 5'000'000);
}

TEST_CASE("an id filter tells whether an id may have been added before") {
  BloomFilter filter(0, 1UL << 20);
  const auto id = Uuid::random();
  CHECK_FALSE(filter.may_hold(id));
  CHECK_FALSE(filter.add(id));
  CHECK(filter.add(id));
}

TEST_CASE("an id filter keeps ids apart that share a half") {
  BloomFilter filter(0, 1UL << 20);
  Uuid id = Uuid::random();
  std::size_t met = 0;
  for (int i = 0; i < 256; ++i) {
    id.bytes[15] = static_cast<std::uint8_t>(i);
    met += filter.add(id) ? 1 : 0;
  }
  CHECK(met <= 2);
}

TEST_CASE("an id filter mistakes more once it may not grow, and stays within its bound") {
  constexpr std::size_t bytes_max = 64UL << 10;
  BloomFilter filter(1'000'000, bytes_max);
  const auto ids = random_ids(50'000);
  for (const auto& id : ids) filter.add(id);
  for (const auto& id : ids) REQUIRE(filter.may_hold(id));
  CHECK(filter.bytes() <= bytes_max);
  CHECK(mistaken(filter, 10'000) < 3'000);
}

}  // namespace lectern::store::clickhouse
