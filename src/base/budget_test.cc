#include "base/budget.h"

#include <thread>

#include <doctest/doctest.h>

namespace lectern {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t mib = 1024 * 1024;

Charge charge(Budget& budget, const char* holder) { return {&budget, holder}; }

TEST_CASE("what is taken never exceeds the budget, and comes back") {
  Budget budget(16 * mib);
  {
    Charge ada = charge(budget, "ada"), bob = charge(budget, "bob");
    CHECK(ada.try_resize(8 * mib));
    CHECK_FALSE(ada.try_resize(8 * mib + 1));  // half of it is the most for one
    CHECK(bob.try_resize(6 * mib));
    CHECK_FALSE(bob.try_resize(7 * mib));  // the last eighth is for small ones
    CHECK(budget.taken() == 14 * mib);
    Charge small = charge(budget, "eve");
    CHECK(small.try_resize(Budget::small_bytes));
    CHECK_FALSE(small.try_resize(Budget::small_bytes + 1));
    const Charge moved = std::move(small);
    CHECK(moved.bytes() == Budget::small_bytes);
    CHECK(budget.taken() == 14 * mib + Budget::small_bytes);
  }
  CHECK(budget.taken() == 0);
  CHECK(budget.taken_most() == 14 * mib + Budget::small_bytes);
}

TEST_CASE("those who are not known share an eighth") {
  Budget budget(16 * mib);
  Charge one = charge(budget, ""), other = charge(budget, ""), ada = charge(budget, "ada");
  CHECK(one.try_resize(mib));
  CHECK_FALSE(other.try_resize(mib + 1));
  CHECK(other.try_resize(mib));
  CHECK(ada.try_resize(8 * mib));
}

TEST_CASE("what can never fit is too large; what may fit later is waited for, and then refused") {
  Budget budget(16 * mib, "THE_SETTING");
  Charge ada = charge(budget, "ada"), again = charge(budget, "ada");
  const auto never = ada.resize(9 * mib);
  REQUIRE_FALSE(never);
  CHECK(never.error().code == Code::too_large);
  CHECK(never.error().message.find("THE_SETTING") != std::string::npos);
  REQUIRE(ada.resize(8 * mib));
  const auto later = again.resize(mib, milliseconds(20));
  REQUIRE_FALSE(later);
  CHECK(later.error().code == Code::unavailable);
  std::thread gives_back([&] {
    std::this_thread::sleep_for(milliseconds(50));
    ada.resize_down(0);
  });
  CHECK(again.resize(mib, milliseconds(10'000)));
  gives_back.join();
}

TEST_CASE("little costs nothing, and without a budget or a bound everything fits") {
  Budget budget(mib), unbounded(0);
  Charge one = charge(budget, "ada");
  CHECK(one.try_resize(Budget::free_bytes - 1));
  CHECK(budget.taken() == 0);
  CHECK(one.try_resize(Budget::free_bytes));
  CHECK(budget.taken() == Budget::free_bytes);
  CHECK(charge(unbounded, "ada").try_resize(1000 * mib));
  CHECK(Charge().try_resize(1000 * mib));
}

TEST_CASE("this process has some memory, and no more than the machine") {
  CHECK(memory_bytes() > 16 * mib);
  CHECK(memory_bytes() < std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace lectern
