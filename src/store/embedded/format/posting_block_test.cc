#include "store/embedded/format/posting_block.h"

#include <random>

#include <doctest/doctest.h>

namespace lectern::store::embedded {
namespace {

VerbMark mark(char letter) {
  return {letter, letter, letter, letter, letter, letter, letter, letter};
}

}  // namespace

TEST_CASE("postings come back from a block as they went in") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<BlockEntry> entries;
    std::uint64_t order = random() >> (random() % 64);
    for (auto count = random() % 20 + 1; entries.size() < count;) {
      BlockEntry entry{order, {}};
      if (random() % 4 != 0) entry.mark = mark(static_cast<char>('a' + random() % (round % 3 + 1)));
      entries.push_back(entry);
      order += 1 + (random() % 3 == 0 ? random() % 100'000 : 0);
    }
    const auto bytes = encode_block(entries);
    CHECK(bytes.size() != 8);  // or it would be taken for a mark
    const auto again = decode_block(bytes, entries.back().order);
    REQUIRE(again.has_value());
    CHECK(*again == entries);
    CHECK(encode_block(*again) == bytes);
  }
}

TEST_CASE("a block of one verb takes two bytes and its mark, and a byte for each near posting") {
  std::vector<BlockEntry> entries;
  for (std::uint64_t order = 1'000; order < 1'100; ++order) entries.push_back({order, mark('v')});
  CHECK(encode_block(entries).size() == 2 + 8 + 99);
}

TEST_CASE("a block that would look like a mark is told from it") {
  std::vector<BlockEntry> entries;
  for (std::uint64_t order = 1; order <= 7; ++order) entries.push_back({order, {}});
  const auto bytes = encode_block(entries);
  CHECK(bytes.size() == 9);
  CHECK(decode_block(bytes, 7) == entries);
}

TEST_CASE("what no block can be is refused") {
  const auto bytes = encode_block(std::vector<BlockEntry>{{5, mark('a')}, {9, mark('b')}});
  REQUIRE(decode_block(bytes, 9).has_value());
  CHECK_FALSE(decode_block("", 9).has_value());
  CHECK_FALSE(decode_block("another", 9).has_value());
  CHECK_FALSE(decode_block(bytes.substr(0, bytes.size() - 1), 9).has_value());
  CHECK_FALSE(decode_block(bytes + '\1', 9).has_value());
  CHECK_FALSE(decode_block(bytes, 3).has_value());  // it would begin before the first instant
}

TEST_CASE("the hash of blocks is another, and leads back") {
  TermHash hash{};
  CHECK(hash_of_blocks(hash) != hash);
  CHECK(hash_of_blocks(hash_of_blocks(hash)) == hash);
}

}  // namespace lectern::store::embedded
