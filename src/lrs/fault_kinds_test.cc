#include "lrs/fault_kinds.h"

#include <doctest/doctest.h>

namespace lectern::lrs {
namespace {

Error fault(std::string rule, std::string path, std::string message = "no") {
  return {Code::invalid, std::move(message), std::move(path), std::move(rule), {}};
}

}  // namespace

TEST_CASE("faults are counted by rule and user, with the first one as example") {
  FaultKinds kinds;
  CHECK(kinds.add("ann", "/3", fault("Data 4.2", "/3/verb/id", "first")));
  CHECK(!kinds.add("ann", "/4", fault("Data 4.2", "/4/object/id", "second")));
  CHECK(kinds.add("bob", "", fault("Data 4.2", "/verb/id")));
  REQUIRE(kinds.list("ann").size() == 1);
  const auto kind = kinds.list("ann").front();
  CHECK(kind.count == 2);
  CHECK(kind.message == "first");
  CHECK(kind.pointer == "/verb/id");
  CHECK(kinds.list("").size() == 2);
  CHECK(kinds.list("eve").empty());
}

TEST_CASE("what clients send does not make them grow without bound") {
  FaultKinds kinds;
  const std::string umlauts = [] {
    std::string text = "x";
    while (text.size() < 5 * FaultKinds::text_bytes_max) text += "ü";
    return text;
  }();
  kinds.add("ann", "", fault("Data 1", umlauts, umlauts));
  const auto kind = kinds.list("ann").front();
  CHECK(kind.message.size() == FaultKinds::text_bytes_max - 1);  // a whole number of characters
  CHECK(kind.pointer == kind.message);
  for (std::size_t i = 0; i < 2 * FaultKinds::kinds_max; ++i)
    kinds.add("user" + std::to_string(i), "", fault("Data 2", "/id"));
  CHECK(kinds.list("").size() == FaultKinds::kinds_max);
}

}  // namespace lectern::lrs
