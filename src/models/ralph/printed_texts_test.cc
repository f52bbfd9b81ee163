#include "models/ralph/printed_texts.h"

#include <doctest/doctest.h>

#include "models/lax_values.h"

namespace lectern::models {
namespace {

/// The document of one value, whose text is given as JSON.
std::unique_ptr<json::Document> parsed(std::string_view json) {
  auto document = json::parse(std::string(json));
  REQUIRE(document);
  return std::move(*document);
}

TEST_CASE("an exponent that no number of 32 bits holds is printed without overflowing") {
  CHECK(printed_decimal(parsed(R"("0.0e-2147483648")")->root()) == "0E-1000000001");
  CHECK(printed_decimal(parsed(R"("0.0e-99999999999")")->root()) == "0E-1000000001");
  CHECK(printed_decimal(parsed(R"("1.5e-3")")->root()) == "0.0015");
  CHECK(decimal_places(parsed(R"("0e-2147483648")")->root()) == 1'000'000'000);
}

TEST_CASE("a duration of more years than 64 bits of microseconds hold is printed as the most") {
  const auto most = printed_duration(parsed(R"("P999999999999999Y999999999999999Y")")->root());
  CHECK(most.starts_with("P292471Y"));
  CHECK(printed_duration(parsed(R"("-P999999999999999Y9D")")->root()).starts_with("-P29"));
  CHECK(printed_duration(parsed("1e300")->root()).starts_with("P29"));
  CHECK(printed_duration(parsed(R"("P1DT2H")")->root()) == "P1DT2H");
}

TEST_CASE("the words for true are that in any letter case") {
  for (const auto* word : {R"("on")", R"("ON")", R"("Yes")", R"("T")", R"("1")", "1", "true"})
    CHECK(is_lax_true(parsed(word)->root()));
  for (const auto* word : {R"("off")", R"("OFF")", R"("No")", R"("f")", R"("0")", "0", "false"})
    CHECK_FALSE(is_lax_true(parsed(word)->root()));
}

}  // namespace
}  // namespace lectern::models
