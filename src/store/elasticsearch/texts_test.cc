#include "store/elasticsearch/texts.h"

#include <doctest/doctest.h>

namespace lectern::store::elasticsearch {
namespace {

xapi::Position place(std::uint8_t number) {
  xapi::Position position{Time{std::chrono::microseconds{number}}, {}};
  position.id.bytes[0] = number;
  return position;
}

std::string found(Texts& texts, const std::string& index, const xapi::Position& position) {
  std::vector<Listed> rows(1);
  rows[0].position = position;
  return texts.fill(index, rows).empty() ? rows[0].json : "none";
}

}  // namespace

TEST_CASE("a text is found at its index and place only") {
  Texts texts(100'000);
  texts.keep("one", place(1), "text", true);
  std::vector<Listed> rows(2);
  rows[0].position = place(2);
  rows[1].position = place(1);
  CHECK(texts.fill("one", rows) == std::vector<std::size_t>{0});
  CHECK(rows[1].json == "text");
  CHECK(rows[1].refers);
  CHECK(found(texts, "two", place(1)) == "none");
  auto later = place(1);
  later.stored += std::chrono::microseconds{1};
  CHECK(found(texts, "one", later) == "none");
}

TEST_CASE("the text that was not used for the longest time gives way") {
  Texts texts(20'000);
  const std::string text(1'000, 'x');
  for (std::uint8_t i = 0; i < 10; ++i) texts.keep("index", place(i), text, false);
  CHECK(found(texts, "index", place(0)) == text);
  for (std::uint8_t i = 10; i < 20; ++i) texts.keep("index", place(i), text, false);
  CHECK(found(texts, "index", place(0)) == text);
  CHECK(found(texts, "index", place(1)) == "none");
  CHECK(found(texts, "index", place(19)) == text);
}

TEST_CASE("a text that would drive out many others is not kept") {
  Texts texts(20'000);
  texts.keep("index", place(1), "small", false);
  texts.keep("index", place(2), std::string(15'000, 'x'), false);
  CHECK(found(texts, "index", place(1)) == "small");
  CHECK(found(texts, "index", place(2)) == "none");
}

}  // namespace lectern::store::elasticsearch
