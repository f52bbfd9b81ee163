#include "auth/throttle.h"

#include <doctest/doctest.h>

using namespace lectern::auth;
using namespace std::chrono_literals;

namespace {

struct Clocked {
  Throttle throttle;
  Throttle::Clock::time_point now = Throttle::Clock::now();

  void fail(int times, const std::string& address, const std::string& name) {
    for (int i = 0; i < times; ++i) throttle.failed(address, name, now);
  }
  auto wait(const std::string& address, const std::string& name) {
    return throttle.look(address, name, now).wait;
  }
  Standing standing(const std::string& address, const std::string& name) {
    return throttle.look(address, name, now).standing;
  }
};

}  // namespace

TEST_CASE("the wait doubles with each failure behind those that cost nothing, up to the longest") {
  Clocked at{Throttle({.failures_max = 3, .delay_min = 1s, .delay_max = 6s})};
  at.fail(2, "192.0.2.1", "jane");
  CHECK(at.wait("192.0.2.1", "jane") == 0s);
  for (const auto longest : {1s, 2s, 4s, 6s, 6s}) {
    at.fail(1, "192.0.2.1", "jane");
    CHECK(at.wait("192.0.2.1", "jane") == longest);
  }
  at.fail(100, "192.0.2.1", "jane");
  CHECK(at.wait("192.0.2.1", "jane") == 6s);
  at.now += 5s;
  CHECK(at.wait("192.0.2.1", "jane") == 1s);
  at.now += 1s;
  CHECK(at.wait("192.0.2.1", "jane") == 0s);
}

TEST_CASE("nobody can shut out a user by guessing from elsewhere") {
  Clocked at{Throttle({.failures_max = 3})};
  at.fail(50, "192.0.2.1", "jane");
  CHECK(at.wait("198.51.100.7", "jane") == 0s);
  CHECK(at.standing("198.51.100.7", "jane") == Standing::mixed);
}

TEST_CASE("who shares an address with somebody who guesses waits for a second at most") {
  Clocked at{Throttle({.failures_max = 3, .delay_min = 1s, .delay_max = 60s})};
  at.fail(50, "192.0.2.1", "jane");
  CHECK(at.wait("192.0.2.1", "joe") == 1s);
  CHECK(at.standing("192.0.2.1", "joe") == Standing::mixed);
  CHECK(at.standing("192.0.2.1", "jane") == Standing::failed);
  CHECK(at.standing("198.51.100.7", "joe") == Standing::clean);
}

TEST_CASE("a name counts from wherever it is tried, an address with whatever name") {
  Clocked at{Throttle({.failures_max = 3, .delay_min = 1s})};
  for (int i = 0; i < 3; ++i) at.fail(1, "192.0.2." + std::to_string(i), "jane");
  CHECK(at.wait("192.0.2.0", "jane") == 1s);
  for (int i = 0; i < 4; ++i) at.fail(1, "203.0.113.5", "user" + std::to_string(i));
  CHECK(at.wait("203.0.113.5", "user0") == 2s);
}

TEST_CASE("failures are forgotten after a time, or where there are too many others") {
  Clocked at{Throttle({.failures_max = 1, .forget_after = 10s, .entries_max = 2})};
  at.fail(2, "192.0.2.1", "jane");
  at.now += 9s;
  CHECK(at.standing("192.0.2.1", "jane") == Standing::failed);
  at.now += 1s;
  CHECK(at.standing("192.0.2.1", "jane") == Standing::clean);
  for (const char* other : {"a", "b", "c"}) at.fail(1, other, other);
  CHECK(at.standing("a", "a") == Standing::clean);
  CHECK(at.standing("c", "c") == Standing::failed);
}

TEST_CASE("without a number of failures nobody waits") {
  Clocked at{Throttle({.failures_max = 0})};
  at.fail(1000, "192.0.2.1", "jane");
  CHECK(at.wait("192.0.2.1", "jane") == 0s);
  CHECK(at.standing("192.0.2.1", "jane") == Standing::failed);
}

TEST_CASE("addresses of one client are one") {
  CHECK(network_of("192.0.2.1") == "192.0.2.1");
  CHECK(network_of("192.0.2.1:4711") == "192.0.2.1");
  CHECK(network_of("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(network_of("[2001:db8:1:2::9]:443") == "2001:db8:1:2::");
  CHECK(network_of("fe80::1%eth0") == "fe80::");
  CHECK(network_of("nonsense") == "nonsense");
  CHECK(network_of("").empty());
}

TEST_CASE("an address that a header invented cannot spoil the log") {
  CHECK(loggable("192.0.2.1") == "192.0.2.1");
  CHECK(loggable("[2001:db8::1]:443") == "[2001:db8::1]:443");
  CHECK(loggable("x\nfailed") == R"("x\x0afailed")");
  CHECK(loggable("") == R"("")");
}
