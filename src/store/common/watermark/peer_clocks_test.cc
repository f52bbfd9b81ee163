#include "store/common/watermark/peer_clocks.h"

#include <doctest/doctest.h>

namespace lectern::store {

using namespace std::chrono_literals;

TEST_CASE("W14: another process whose clock differs is told, once it has differed some times") {
  PeerClocks clocks;
  std::map<std::string, PeerClocks::Told> all;
  const auto renew = [&](const std::string& process, Time clock) {
    ++all[process].beat;
    all[process].clock = clock;
  };
  const auto renew_all = [&] {
    renew("in time", now());
    renew("ahead", now() + 3s);
    renew("behind", now() - 3s);
    renew("once late", now());
    clocks.compare(all);
  };
  renew_all();
  CHECK(clocks.off().empty());
  renew("once late", now() - 3s);  // its entry took a while to be written
  clocks.compare(all);
  CHECK(clocks.off().empty());
  for (int round = 0; round < 6; ++round) renew_all();
  CHECK(clocks.off() == std::set<std::string>{"ahead", "behind"});
  for (const auto* process : {"ahead", "behind"}) renew(process, now());
  clocks.compare(all);
  CHECK(clocks.off().empty());
}

TEST_CASE("W14: an entry that says nothing of a clock, or stands still, is not held against it") {
  PeerClocks clocks;
  std::map<std::string, PeerClocks::Told> all;
  all["dead"] = {1, now() - 1h};
  for (int round = 0; round < 8; ++round) {
    ++all["of an older Lectern"].beat;
    clocks.compare(all);
    CHECK(clocks.off().empty());
  }
}

}  // namespace lectern::store
