#include "pipeline/data/json_lines.h"

#include <doctest/doctest.h>

namespace lectern::pipeline {
namespace {

Chunk chunk_of(std::string bytes) {
  Chunk chunk;
  chunk.bytes = std::move(bytes);
  chunk.first_line = 11;
  return chunk;
}

void take(Chunk& chunk) {
  take_objects(chunk, [](json::Value object) {
    return Chunk::Record{0, std::string(object.source()), {}};
  });
}

}  // namespace

TEST_CASE("lines that are no JSON objects are refused by their numbers, as they came") {
  auto chunk = chunk_of("{\"a\":1}\r\n\n[2]\n{\"b\":3}\nnonsense");
  take(chunk);
  REQUIRE(chunk.refused.size() == 2);
  CHECK(chunk.refused[0].line == 13);
  CHECK(chunk.refused[0].record == "[2]");
  CHECK(chunk.refused[1].line == 15);
  CHECK(chunk.refused[1].record == "nonsense");
  REQUIRE(chunk.lines.size() == 2);
  CHECK(chunk.lines[1].number == 14);
  CHECK(json_array(chunk.lines) == R"([{"a":1},{"b":3}])");

  chunk.refuse(11, {});  // the server did
  CHECK(chunk.refused[2].record == "{\"a\":1}");
}

TEST_CASE("a chunk whose lines are all refused takes time for its lines, not for their square") {
  constexpr std::size_t lines = 2'000'000;  // in which each looks at two bytes, or at two million
  std::string bytes;
  for (std::size_t i = 0; i < lines; ++i) bytes += "x\n";
  auto chunk = chunk_of(std::move(bytes));
  for (std::size_t i = 0; i < lines; ++i) chunk.refuse(11 + i, {});
  CHECK(chunk.refused.back().line == 10 + lines);
  CHECK(chunk.refused.back().record == "x");
}

}  // namespace lectern::pipeline
