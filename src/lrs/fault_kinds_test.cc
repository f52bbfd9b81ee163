#include "lrs/fault_kinds.h"

#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace lectern::lrs {
namespace {

Error fault(std::string rule, std::string path, std::string message = "no") {
  return {Code::invalid, std::move(message), std::move(path), std::move(rule), {}};
}

auth::Principal user(std::string name, std::string target = "") {
  return {std::move(name), {}, {}, {}, std::move(target)};
}

}  // namespace

TEST_CASE("faults are counted by rule and user, with the first one as example") {
  FaultKinds kinds;
  CHECK(kinds.add(user("ann"), "/3", fault("Data 4.2", "/3/verb/id", "first")));
  CHECK(!kinds.add(user("ann"), "/4", fault("Data 4.2", "/4/object/id", "second")));
  CHECK(kinds.add(user("bob"), "", fault("Data 4.2", "/verb/id")));
  REQUIRE(kinds.list("", "ann").size() == 1);
  const auto kind = kinds.list("", "ann").front();
  CHECK(kind.count == 2);
  CHECK(kind.message == "first");
  CHECK(kind.pointer == "/verb/id");
  CHECK(kinds.list("", std::nullopt).size() == 2);
  CHECK(kinds.list("", "eve").empty());
}

TEST_CASE("faults of another target's users are not told, though they have the same name") {
  FaultKinds kinds;
  kinds.add(user("ann", "one"), "", fault("Data 4.2", "/verb/id", "of one"));
  kinds.add(user("ann", "two"), "", fault("Data 4.2", "/verb/id", "of two"));
  for (const auto& name : {std::optional<std::string>(), std::optional<std::string>("ann")}) {
    REQUIRE(kinds.list("two", name).size() == 1);
    CHECK(kinds.list("two", name).front().message == "of two");
  }
  CHECK(kinds.list("", std::nullopt).empty());
}

TEST_CASE("what clients send does not make them grow without bound") {
  FaultKinds kinds;
  const std::string umlauts = [] {
    std::string text = "x";
    while (text.size() < 5 * FaultKinds::text_bytes_max) text += "ü";
    return text;
  }();
  kinds.add(user("ann"), "", fault("Data 1", umlauts, umlauts));
  const auto kind = kinds.list("", "ann").front();
  CHECK(kind.message.size() == FaultKinds::text_bytes_max - 1);  // a whole number of characters
  CHECK(kind.pointer == kind.message);
  for (std::size_t i = 0; i < 2 * FaultKinds::kinds_max; ++i)
    kinds.add(user("user" + std::to_string(i)), "", fault("Data 2", "/id"));
  CHECK(kinds.list("", std::nullopt).size() == FaultKinds::kinds_max);
}

}  // namespace lectern::lrs
